"""Microsoft Agent Framework's context provider, around an agent whose model is a stand-in."""

import asyncio

from scenario import play

from agent_framework import AgentSession, AgentResponse, Message, SessionContext
from agent_framework_mem0 import Mem0ContextProvider

PUPPY, NOTED, TEA = "I have a puppy called Momo", "Noted: Momo is a puppy", "I like green tea"


def run(question, answer=None, **scope):
    """What the provider put before one run of an agent; the run's messages are stored where it was answered."""

    async def once():
        async with Mem0ContextProvider(**scope) as provider:
            session = AgentSession()
            context = SessionContext(input_messages=[Message(role="user", contents=[question])])
            await provider.before_run(agent=None, session=session, context=context, state={})
            if answer is not None:
                context._response = AgentResponse(messages=[Message(role="assistant", contents=[answer])])
                await provider.after_run(agent=None, session=session, context=context, state={})
            return [message.text for message in context.context_messages.get("mem0", [])]

    return asyncio.run(once())


def check_provider(check, stored):
    check.equal("nothing is known yet", run(PUPPY, NOTED, user_id="mia", search_user_id="mia"), [])
    check.that("both turns are stored", stored.become([PUPPY, NOTED], user_id="mia"), stored.texts(user_id="mia"))
    [prompt] = run("What is my dog called?", user_id="mia", search_user_id="mia")
    check.equal("the prompt's head", prompt.splitlines()[0], "## Memories")
    check.that("it has the memory", PUPPY in prompt.splitlines(), prompt)
    check.equal("a stranger has none", run("dog?", user_id="nobody", search_user_id="nobody"), [])


def check_scopes(check, stored):
    scope = {"user_id": "mia", "agent_id": "guide", "application_id": "kitchen"}
    run(TEA, NOTED, **scope)
    check.that("the user's turn is the user's", stored.become([TEA], user_id="mia", app_id="kitchen"))
    check.that("and the answer the agent's", stored.become([NOTED], agent_id="guide", app_id="kitchen"))
    [prompt] = run("puppy", user_id="mia", search_agent_id="guide", search_application_id="kitchen")
    check.equal("an agent of an app", prompt.splitlines()[2:], [NOTED])
    [prompt] = run("green tea, puppy", user_id="mia", search_user_id="mia", search_agent_id="guide")
    check.equal("a user and an agent", sorted(prompt.splitlines()[2:]), sorted([PUPPY, NOTED, TEA, NOTED]))
    [prompt] = run("green tea", user_id="mia", search_application_id="kitchen")
    check.equal("an app alone", sorted(prompt.splitlines()[2:]), [TEA, NOTED])


play(__name__, "agent-framework-mem0", "agent-framework-core", "mem0ai")
