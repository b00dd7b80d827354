"""CrewAI's Mem0Storage, of the last version that has it, under its external memory as well."""

from scenario import play

from crewai.memory.external.external_memory import ExternalMemory
from crewai.memory.storage.mem0_storage import Mem0Storage

PUPPY, TEA, TRAIN = "I have a puppy called Momo", "I like green tea", "The train leaves at nine"


def storage(kind, **config):
    return Mem0Storage(kind, config={"infer": False, **config})


def found(hits):
    return [hit["content"] for hit in hits]


def check_external(check, stored):
    one = storage("external", user_id="cora")
    one.save(PUPPY, {"topic": "pets"})
    [row] = stored.rows(user_id="cora")
    check.equal("save stores it", (row["memory"], row["metadata"]), (PUPPY, {"type": "external", "topic": "pets"}))
    turns = [
        {"role": "user", "content": f"User message: {TEA}"},
        {"role": "assistant", "content": "Thought: tea. Final Answer: Noted, green tea"},
    ]
    one.save("not kept", {"messages": turns})
    check.equal("of messages the last ones", stored.texts(user_id="cora"), sorted([PUPPY, TEA, "Noted, green tea"]))
    hits = one.search("her dog", limit=1, score_threshold=0.0)
    check.equal("the limit holds, and the best comes", found(hits), [PUPPY])
    check.equal("its metadata", hits[0]["metadata"]["topic"], "pets")
    check.equal("the threshold holds", one.search("nothing like any of them", score_threshold=1.0), [])
    stranger = storage("external", user_id="nobody")
    check.equal("a stranger finds nothing", stranger.search("dog", score_threshold=0.0), [])


def check_kinds(check, stored):
    """The kinds of one user's memory are told apart by metadata, and a short one by its run as well."""
    short = storage("short_term", user_id="cora", run_id="r-1")
    short.save(TRAIN, {})
    check.equal("of the run", stored.texts(user_id="cora", run_id="r-1"), [TRAIN])
    check.equal("short", found(short.search("train", score_threshold=0.0)), [TRAIN])
    entities = storage("entities", user_id="cora")
    check.equal("no entities yet", found(entities.search("train puppy tea", score_threshold=0.0)), [])
    entities.save("Momo: a puppy", {})
    check.equal("then one", found(entities.search("puppy", score_threshold=0.0)), ["Momo: a puppy"])
    both = storage("external", user_id="cora", agent_id="guide")
    both.save("Guides know the way", {})
    check.equal("every id is stored", stored.texts(user_id="cora", agent_id="guide"), ["Guides know the way"])
    hits = both.search("the way", limit=1, score_threshold=0.0)
    check.equal("and either is searched", found(hits), ["Guides know the way"])


def check_external_memory(check, stored):
    config = {"provider": "mem0", "config": {"user_id": "dora", "infer": False}}
    memory = ExternalMemory(storage=ExternalMemory.create_storage(None, config))
    memory.save(TEA, {"topic": "drinks"})
    check.equal("save", stored.texts(user_id="dora"), [TEA])
    check.equal("search", found(memory.search("green tea", score_threshold=0.0)), [TEA])


def check_reset(check, stored):
    storage("external", user_id="cora").reset()
    check.that("reset leaves nothing", stored.become([], user_id="cora"), stored.texts(user_id="cora"))
    check.that("of anybody", stored.become([], user_id="*"), stored.rows(user_id="*"))


play(__name__, "crewai", "mem0ai")
