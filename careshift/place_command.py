"""`careshift place`: a council's own page written, checked and reconciled; two councils joined, or one parted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", context_settings={"help_option_names": ["-h", "--help"]},
                  help="Your own council: a page to fill in, its check, and councils joined or parted.")
Page = Annotated[Path, typer.Argument(help="A council's page, such as my_council.yaml.")]


@app.command()
def new(file: Page, council: Annotated[str | None, typer.Option(help="The council's name, as it should be printed.")] = None) -> None:
    """Write a page to fill in: what each figure means, its unit, and where an officer finds it."""
    from careshift import own_page

    path = own_page.write(file, council)
    print(f"Written: {path}\nFill in who lives there and how deprived it is; the rest may wait. Then: careshift place check {path}")


@app.command()
def check(file: Page,
          budget: Annotated[Path | None, typer.Option(help="Your ledger: a csv of line, budget, outturn, gross, contributions, net.")] = None,
          one_in: Annotated[int, typer.Option("--one-in", min=1, max=200, help="With --budget: a sample of the people.")] = 20) -> None:
    """Say line by line what is missing, impossible or at odds, and what England's rates fill."""
    from careshift import own_page

    place, _, told = own_page.check(file)
    print("\n".join(told))
    if budget is not None:
        from careshift import own_budget

        print("\n".join(own_budget.check(place, budget, one_in)))


@app.command()
def merge(one: Annotated[str, typer.Argument(help="A place, or a council's page.")], two: Annotated[str, typer.Argument(help="Another.")],
          into: Annotated[Path, typer.Option(help="The page of the new council.")],
          council: Annotated[str | None, typer.Option(help="Its name, as it should be printed.")] = None) -> None:
    """Join two councils into one: people, homes and pounds are added up, shares and prices weighted."""
    from careshift import own_joining

    print("\n".join(own_joining.merge(one, two, into, council)))


@app.command()
def split(place: Annotated[str, typer.Argument(help="A place, or a council's page.")],
          into: Annotated[tuple[Path, Path], typer.Option(help="The pages of the two new councils.")],
          share: Annotated[float | None, typer.Option(help="Share of the people who go to the first.")] = None,
          neighbourhoods: Annotated[str | None, typer.Option(help="Names of the neighbourhoods that go to the first, with commas.")] = None) -> None:
    """Part a council into two, by neighbourhoods or by a share of its people: nobody and no pound is lost."""
    from careshift import own_joining

    print("\n".join(own_joining.split(place, into, share, neighbourhoods)))
