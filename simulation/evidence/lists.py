"""The lists that tables of numbers and coded columns run over, in order. A code is its place in the list."""

SEX = ("man", "woman")
NEED = ("none", "some help", "one or two personal tasks", "three or more", "round the clock")
FRAILTY = ("fit", "mild", "moderate", "severe")
GROUP = ("none", "older frailty", "learning disability", "mental health", "physical disability")
BAND = ("none", "visits", "daily", "most of the day", "24 hours shared", "24 hours one to one")
SETTING = ("own home", "with family", "shared lives", "supported living", "residential", "nursing")
FUNDER = ("nobody", "council", "self", "nhs")
HOSPITAL = ("no", "being treated", "ready to leave")
STAGE = ("not asking", "waiting for assessment", "waiting for support")
REASON = ("none", "planned", "discharge", "carer could not go on", "fall", "outgrown", "money ran out", "support ended",
          "crisis while waiting")
FIFTH = ("most deprived", "second", "third", "fourth", "least deprived")
TENURE = ("rents", "owns")
KIN = ("none", "child near", "child far", "parent")
ROLE = ("home care", "care home", "personal assistant", "reablement", "supported living")
VOLUNTEERING = ("none", "befriending and groups")
DOMAIN = ("control", "cleanliness", "food", "safety", "social", "occupation", "accommodation", "dignity")
LEVEL = ("ideal", "no needs", "some needs", "high needs")
WORKING = ("no", "yes")

LISTS: dict[str, tuple[str, ...]] = {
    "sex": SEX, "need": NEED, "frailty": FRAILTY, "group": GROUP, "band": BAND, "setting": SETTING,
    "funder": FUNDER, "fifth": FIFTH, "role": ROLE, "domain": DOMAIN,
    "domain and level": tuple(f"{d}: {level}" for d in DOMAIN for level in LEVEL),
    "lonely age": ("16-24", "25-34", "35-49", "50-64", "65-74", "75+"),
    "hospital age": ("18-44", "45-64", "65-74", "75-84", "85+"),
    "stay age": ("18-64", "65-74", "75-84", "85+"),
    "partner age": ("45-64", "65-74", "75-84", "85+"),
    "mover age": ("18-29", "30-44", "45-64", "65-74", "75+"),
    "excess age": ("40", "55", "65", "70", "77", "82", "87", "100"),
    "alone age": ("18-44", "45-64", "65+"),
    "care home age": ("65-69", "70-74", "75-79", "80-84", "85-89", "90+"),
    "onset lands": ("some help", "one or two personal tasks", "three or more", "round the clock"),
    "recovery": ("1 to 0", "2 to 1", "2 to 0", "3 to 2", "4 to 3"),
    "older need": NEED[1:],
    "starting need": NEED,
    "age band": ("18-64", "65+"),
}
LISTS["rung"] = ("prevention and community lines", "assessments", "new packages", "practice")
LISTS["couple age"] = ("18-24", "25-34", "35-44", "45-64", "65-74", "75-84", "85+")
LISTS["tenure"] = TENURE
LISTS["readiness"] = ("care home 65+", "at home 65+", "learning disability", "other working age", "care home 18-64")
LISTS["home kept up"] = ("care home 65+", "own care home 65+", "care home 18-64")
LISTS["coming"] = ("care home 65+", "own care home 65+", "at home 65+", "other working age", "care home 18-64")
