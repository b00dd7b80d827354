use fastrand::Rng;
use mem0_engine::{
    Access, AddRequest, DeleteAllRequest, Engine, EngineError, EntityIds, MemoryChange,
    PageRequest, ProfileRequest, ProfileSettingsChange, SearchRequest, UpdateRequest,
};
use mem0_types::{EntityRef, EntityType, Feedback, Filter, Message};
use serde_json::json;

use crate::workbench::*;

const WORDS: [&str; 12] = [
    "harbour",
    "lighthouse",
    "violin",
    "puppy",
    "needle",
    "Momo",
    "寿司",
    "dog",
    "tea",
    "island",
    "bicycle",
    "garden",
];

/// A user of the engine who notes all its answers, without ids and times, which differ from run to
/// run.
struct Party {
    engine: Engine,
    rng: Rng,
    users: &'static [&'static str],
    agent: &'static str,
    /// The memories, events and exports of its own calls.
    memories: Vec<String>,
    events: Vec<String>,
    exports: Vec<String>,
    jobs: Vec<String>,
    /// How often it tried to list the other party's data.
    pried: u64,
    answers: Vec<String>,
}

impl Party {
    fn new(engine: Engine, seed: u64, users: &'static [&'static str], agent: &'static str) -> Self {
        let (memories, events, exports, jobs, pried, answers) = Default::default();
        let rng = Rng::with_seed(seed);
        Self { engine, rng, users, agent, memories, events, exports, jobs, pried, answers }
    }

    fn note(&mut self, answer: impl std::fmt::Debug) {
        self.answers.push(format!("{answer:?}"));
    }

    fn text(&mut self) -> String {
        let words: Vec<_> =
            (0..self.rng.usize(1..5)).map(|_| WORDS[self.rng.usize(..WORDS.len())]).collect();
        words.join(" and ")
    }

    fn ids(&mut self) -> EntityIds {
        let name = self.users[self.rng.usize(..self.users.len())];
        match self.rng.u8(..4) {
            0 => EntityIds { agent_id: Some(self.agent.to_owned()), ..EntityIds::default() },
            1 => EntityIds { run_id: Some("r".to_owned()), ..user(name) },
            2 => user_and_agent(name, self.agent),
            _ => user(name),
        }
    }

    fn filter(&mut self) -> Filter {
        let name = self.users[self.rng.usize(..self.users.len())];
        match self.rng.u8(..7) {
            0 => Filter::agent_id(self.agent),
            1 => Filter::any_user(),
            2 => Filter::user_id(name) | Filter::agent_id(self.agent),
            3 => Filter::any_user() & !Filter::user_id("nobody"),
            4 => Filter::user_id_ne("nobody"),
            5 => Filter::run_id("r") | Filter::metadata("no").eq("such"),
            _ => Filter::user_id(name),
        }
    }

    fn memory(&mut self) -> Option<String> {
        let at = self.rng.usize(..self.memories.len().max(1));
        self.memories.get(at).cloned()
    }

    fn finish(&mut self, event_id: String) {
        let event = finished(&self.engine, &event_id);
        let results: Vec<_> =
            event.results.iter().map(|result| (&result.memory, &result.user_id)).collect();
        self.note((&event.status, results, &event.metadata, &event.payload));
        self.memories.extend(event.results.into_iter().map(|result| result.id));
        self.events.push(event_id);
    }

    fn step(&mut self) {
        match self.rng.u8(..17) {
            0..=3 => {
                let messages = (0..self.rng.usize(1..4))
                    .map(|at| {
                        let text = self.text();
                        if at % 2 == 0 { Message::user(text) } else { Message::assistant(text) }
                    })
                    .collect();
                let mut add = AddRequest::new(messages, self.ids());
                add.infer = self.rng.bool();
                add.metadata = json!({"year": self.rng.u16(2000..2030)}).as_object().cloned();
                let added = wait(self.engine.add(add)).unwrap();
                self.finish(added.event_id);
            }
            4 => {
                let Some(id) = self.memory() else { return };
                let change = MemoryChange { text: Some(self.text()), ..MemoryChange::default() };
                let changed = wait(
                    self.engine.batch_update(vec![UpdateRequest { memory_id: id.clone(), change }]),
                );
                self.note(changed.map_err(|error| error.to_string()));
                let history = wait(self.engine.history(&id)).map(|entries| {
                    entries
                        .into_iter()
                        .map(|entry| (entry.event, entry.old_memory, entry.new_memory, entry.input))
                        .map(|change| format!("{change:?}"))
                        .collect::<Vec<_>>()
                });
                self.note(history.map_err(|error| error.to_string()));
            }
            5 => {
                let Some(id) = self.memory() else { return };
                self.note(wait(self.engine.delete(&id, true)).map_err(|error| error.to_string()));
            }
            6 => {
                let ids = self.ids();
                let queued = wait(
                    self.engine.delete_all(DeleteAllRequest { ids, ..DeleteAllRequest::default() }),
                )
                .unwrap();
                self.finish(queued.event_id);
            }
            7 => {
                let name = self.users[self.rng.usize(..self.users.len())];
                match wait(self.engine.delete_entity(EntityType::User, name)) {
                    Ok(queued) => self.finish(queued.event_id),
                    Err(error) => self.note(error.to_string()),
                }
            }
            8 => {
                let filter = self.filter();
                let schema = json!({"type": "object", "properties": {
                    "year": {"type": "array", "items": {"type": "integer"}}}});
                let made = wait(self.engine.create_export(filter.clone(), schema));
                let export = made.and_then(|id| {
                    assert!(wait(self.engine.latest_export(filter)).is_ok());
                    self.exports.push(id.clone());
                    wait(self.engine.export(&id))
                });
                self.note(export.map_err(|error| error.to_string()));
            }
            9 => {
                let Some(id) = self.memory() else { return };
                let given = wait(self.engine.give_feedback(&id, Some(Feedback::Negative), None));
                self.note(given.map(|given| given.feedback).map_err(|error| error.to_string()));
            }
            10 => {
                let name = self.users[self.rng.usize(..self.users.len())];
                let metadata = json!({"seen": self.rng.u8(..)}).as_object().cloned();
                let made = wait(self.engine.create_entity(EntityType::User, name, None, metadata))
                    .unwrap();
                self.note((made.name, made.metadata, made.total_memories));
            }
            11 => {
                let name = self.users[self.rng.usize(..self.users.len())];
                let profile = wait(self.engine.profile(name));
                self.note(profile.map_err(|error| error.to_string()));
                // Both parties use the same keys.
                let key = format!("key-number-{}", self.rng.u8(..4));
                let request = match self.rng.bool() {
                    true => ProfileRequest::Trigger(name.to_owned()),
                    false => ProfileRequest::Sample(3),
                };
                let made = wait(self.engine.make_profiles(request, &key));
                if let Ok(job) = &made {
                    self.jobs.push(job.id.clone());
                }
                let told = made.map(|job| (job.user_ids, job.failed, job.skipped, job.replayed));
                self.note(told.map_err(|error| error.to_string()));
            }
            _ => self.list_all(),
        }
    }

    /// Everything that is visible without an id.
    fn list_all(&mut self) {
        let filter = self.filter();
        let mut search = SearchRequest::new(self.text(), filter.clone());
        (search.threshold, search.top_k) = (0.0, 50);
        let hits: Vec<_> = wait(self.engine.search(search))
            .unwrap()
            .into_iter()
            .map(|hit| (hit.memory.memory, hit.score, hit.score_breakdown))
            .collect();
        self.note(hits);
        let listed = list(&self.engine, filter);
        self.note(texts(&listed));
        let events = wait(self.engine.events(PageRequest::default())).unwrap();
        let kinds: Vec<_> = events
            .results
            .iter()
            .map(|event| (&event.event_type, &event.status, event.payload.get("messages")))
            .collect();
        self.note((events.count, kinds));
        let entities = wait(self.engine.entities(PageRequest::default())).unwrap();
        let names: Vec<_> = entities
            .page
            .results
            .iter()
            .map(|entity| (&entity.kind, &entity.name, entity.total_memories))
            .collect();
        self.note((entities.total_users, entities.total_agents, entities.total_runs, names));
        let mut stats = wait(self.engine.stats()).unwrap();
        stats.retrievals -= self.pried;
        self.note(stats);
        let history = wait(self.engine.histories(PageRequest::default())).unwrap();
        let changes: Vec<_> = history
            .results
            .into_iter()
            .map(|entry| (entry.event, entry.old_memory, entry.new_memory, entry.ids.user_id))
            .collect();
        self.note((history.count, changes));
        let values = wait(self.engine.filter_values()).unwrap();
        self.note((values.event_types, values.users, values.agents, values.runs));
        for user in self.users {
            let page = PageRequest::default();
            let found = wait(self.engine.entity_memories(EntityType::User, user, page)).unwrap();
            let rows: Vec<_> = found
                .results
                .into_iter()
                .map(|row| (row.memory.memory, row.input, row.is_updated))
                .collect();
            // Messages do not show their text in debug output.
            let inputs: Vec<_> = rows
                .iter()
                .flat_map(|(_, input, _)| input)
                .map(|message| message.content.as_text().unwrap_or_default().to_owned())
                .collect();
            self.note((found.count, rows, inputs));
        }
    }

    /// Resources that the other party knows by id do not exist for this one.
    fn pry(&mut self, other: &Self) {
        let not_found = |error: EngineError| matches!(error, EngineError::NotFound(_));
        let engine = &self.engine;
        for id in other.memories.iter().rev().take(3) {
            assert!(not_found(wait(engine.get(id)).unwrap_err()));
            assert!(not_found(wait(engine.delete(id, true)).unwrap_err()));
            assert!(not_found(wait(engine.history(id)).unwrap_err()));
            let change = MemoryChange { text: Some("x".to_owned()), ..MemoryChange::default() };
            assert!(not_found(wait(engine.update(id, change)).unwrap_err()));
            let feedback = engine.give_feedback(id, Some(Feedback::Positive), None);
            assert!(not_found(wait(feedback).unwrap_err()));
            assert!(not_found(wait(engine.feedback(id)).unwrap_err()));
            let batch = wait(engine.batch_delete(vec![id.clone()])).unwrap_err();
            assert!(
                matches!(batch, EngineError::BatchItem { source, .. } if not_found((*source).clone()))
            );
            assert!(list(engine, Filter::memory_ids([id])).is_empty());
            self.pried += 1;
        }
        for id in other.events.iter().rev().take(3) {
            assert!(not_found(wait(engine.event(id)).unwrap_err()));
        }
        for id in &other.exports {
            assert!(not_found(wait(engine.export(id)).unwrap_err()));
        }
        for id in other.jobs.iter().rev().take(3) {
            assert!(not_found(wait(engine.profile_job(id)).unwrap_err()));
        }
    }
}

/// Enables profiles for a project, as far as possible without an LLM.
fn with_profiles(engine: &Engine) -> &Engine {
    let schema = json!({"properties": {"diet": {"type": "string", "description": "Food"}}});
    let change = ProfileSettingsChange {
        enabled: Some(true),
        schema: Some(schema.as_object().cloned()),
        ..ProfileSettingsChange::default()
    };
    wait(engine.update_profile_settings(change)).unwrap();
    engine
}

/// Runs each party alone, then both in one folder. Both runs must give the same answers.
fn assert_nobody_notices(parties: impl Fn(&Engine, u64) -> [Party; 2]) {
    for seed in 0..12 {
        let steps = 25;
        let alone: Vec<Vec<String>> = (0..2)
            .map(|at| {
                let folder = Folder::new();
                let [first, second] = parties(&folder.open(), seed);
                let mut party = if at == 0 { first } else { second };
                (0..steps).for_each(|_| party.step());
                party.list_all();
                party.answers
            })
            .collect();

        let folder = Folder::new();
        let mut both = parties(&folder.open(), seed);
        let mut left = [steps; 2];
        let mut rng = Rng::with_seed(seed ^ 0xffff);
        while left != [0, 0] {
            let turn = usize::from(rng.bool());
            if left[turn] == 0 {
                continue;
            }
            left[turn] -= 1;
            both[turn].step();
            let [first, second] = &mut both;
            if turn == 0 { first.pry(second) } else { second.pry(first) }
        }
        both.iter_mut().for_each(Party::list_all);
        for (party, alone) in both.iter().zip(&alone) {
            let answers = party.answers.iter().zip(alone);
            for (number, (together, alone)) in answers.enumerate() {
                assert_eq!(together, alone, "answer {number}, seed {seed}");
            }
            assert_eq!(party.answers.len(), alone.len(), "seed {seed}");
        }
    }
}

#[test]
fn two_projects_with_the_same_names_never_notice_each_other() {
    assert_nobody_notices(|engine, seed| {
        let organization = wait(engine.organizations()).unwrap()[0].id.clone();
        let other = wait(engine.create_project(&organization, "Other", None)).unwrap();
        let other = wait(engine.access_to(&other.id)).unwrap();
        let users = &["alice", "bob"];
        [
            Party::new(with_profiles(engine).clone(), seed, users, "bot"),
            Party::new(
                with_profiles(&engine.with_access(other)).clone(),
                seed + 1000,
                users,
                "bot",
            ),
        ]
    });
}

#[test]
fn two_scopes_of_one_project_never_notice_each_other() {
    assert_nobody_notices(|engine, seed| {
        with_profiles(engine);
        let of = |names: &'static [&'static str], agent: &'static str, seed| {
            let users = names.iter().copied().map(EntityRef::user);
            let scopes = users.chain([EntityRef::agent(agent)]);
            let access = Access::default().only(scopes).unwrap();
            Party::new(engine.with_access(access), seed, names, agent)
        };
        [of(&["alice", "anna"], "a-bot", seed), of(&["bob"], "b-bot", seed + 1000)]
    });
}

fn only(engine: &Engine, entity: EntityRef) -> Engine {
    engine.with_access(Access::default().only([entity]).unwrap())
}

#[test]
fn an_add_must_stay_inside_the_scopes() {
    let folder = Folder::new();
    let engine = folder.open();
    let alices = only(&engine, EntityRef::user("alice"));
    let refused = |request| matches!(wait(alices.add(request)), Err(EngineError::OutsideScope));
    assert!(refused(verbatim(user("bob"), &["x"])));
    // The assistant's message would belong to the agent alone.
    let split = AddRequest::new(vec![Message::user("x")], user_and_agent("alice", "bot"));
    assert!(refused(split));
    store(&alices, user_and_agent("alice", "bot"), &["of both"]);
    let run = EntityIds { run_id: Some("r".to_owned()), ..user("alice") };
    let queued = wait(alices.add(AddRequest::new(vec![Message::user("y")], run))).unwrap();
    finished(&alices, &queued.event_id);
    assert_eq!(texts(&list(&alices, Filter::any_user())), ["y", "of both"]);
    // The add named the run, but the access is not bound to it.
    let seen = wait(alices.entities(PageRequest::default())).unwrap();
    assert_eq!((seen.total_users, seen.total_agents, seen.total_runs), (1, 0, 0));
    assert_eq!(wait(engine.entities(PageRequest::default())).unwrap().total_runs, 1);

    let everyone = DeleteAllRequest { ids: user("*"), ..DeleteAllRequest::default() };
    assert!(matches!(wait(alices.delete_all(everyone)), Err(EngineError::OutsideScope)));
    let agent = wait(alices.delete_entity(EntityType::Agent, "bot"));
    assert!(matches!(agent, Err(EngineError::NotFound(_))));
}

#[test]
fn an_event_shows_nothing_of_another_entity() {
    let folder = Folder::new();
    let engine = folder.open();
    let messages = vec![Message::user("Which island?"), Message::assistant("Zanzibar")];
    let add = AddRequest::new(messages, user_and_agent("alice", "bot"));
    let event_id = wait(engine.add(add)).unwrap().event_id;
    finished(&engine, &event_id);
    // Its results belong to both, and so do its messages.
    for one in [EntityRef::user("alice"), EntityRef::agent("bot")] {
        let view = only(&engine, one);
        assert!(wait(view.event(&event_id)).is_err());
        assert_eq!(wait(view.events(PageRequest::default())).unwrap().count, 0);
    }
    let both = [EntityRef::user("alice"), EntityRef::agent("bot")];
    let view = engine.with_access(Access::default().only(both).unwrap());
    assert!(wait(view.event(&event_id)).is_ok());
}

#[test]
fn an_export_is_visible_only_to_its_own_access() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "tea");
    let [alices, bobs] = ["alice", "bob"].map(|name| only(&engine, EntityRef::user(name)));
    let schema = || json!({"type": "object", "properties": {}});
    let everyone = Filter::any_user;
    let id = wait(alices.create_export(everyone(), schema())).unwrap();
    assert!(wait(alices.export(&id)).is_ok() && wait(alices.latest_export(everyone())).is_ok());
    for other in [&engine, &bobs] {
        assert!(matches!(wait(other.export(&id)), Err(EngineError::NotFound(_))));
        assert!(matches!(wait(other.latest_export(everyone())), Err(EngineError::NotFound(_))));
    }
}

#[test]
fn a_read_only_access_reads_and_changes_nothing() {
    let folder = Folder::new();
    let engine = folder.open();
    let id = store_one(&engine, "alice", "tea");
    let reader = engine.with_access(Access::default().read_only());
    assert_eq!(found(&find(&reader, "tea", Filter::user_id("alice"))), ["tea"]);
    assert_eq!(wait(reader.get(&id)).unwrap().memory, "tea");
    let change = MemoryChange { text: Some("x".to_owned()), ..MemoryChange::default() };
    let everyone = DeleteAllRequest { ids: user("*"), ..DeleteAllRequest::default() };
    // A read-only access is refused before anything is made.
    let schema = json!({"type": "no object"});
    let update = UpdateRequest { memory_id: id.clone(), change: change.clone() };
    for refused in [
        wait(reader.add(verbatim(user("alice"), &["x"]))).map(drop),
        wait(reader.update(&id, change)).map(drop),
        wait(reader.delete(&id, false)).map(drop),
        wait(reader.delete_all(everyone)).map(drop),
        wait(reader.delete_entity(EntityType::User, "alice")).map(drop),
        wait(reader.batch_update(vec![update])).map(drop),
        wait(reader.batch_delete(vec![id.clone()])).map(drop),
        wait(reader.create_export(Filter::user_id("alice"), schema)).map(drop),
        wait(reader.create_organization("x")).map(drop),
        wait(reader.give_feedback(&id, None, None)).map(drop),
        wait(reader.create_entity(EntityType::User, "alice", None, None)).map(drop),
        wait(reader.delete_entity_number(EntityType::User, 1)).map(drop),
        wait(reader.update_profile_settings(ProfileSettingsChange::default())).map(drop),
        wait(reader.make_profiles(ProfileRequest::Sample(1), "12345678")).map(drop),
    ] {
        assert!(matches!(refused, Err(EngineError::ReadOnly)), "{refused:?}");
    }
    assert_eq!(wait(engine.events(PageRequest::default())).unwrap().count, 1);
    // Its reads are counted all the same.
    assert_eq!(wait(reader.stats()).unwrap().retrievals, 2);
}

#[test]
fn a_bound_access_changes_nothing_outside_its_entities() {
    let folder = Folder::new();
    let engine = folder.open();
    store_one(&engine, "alice", "tea");
    let alices = only(&engine, EntityRef::user("alice"));
    let change = ProfileSettingsChange { enabled: Some(true), ..Default::default() };
    let refused = wait(alices.update_profile_settings(change));
    assert!(matches!(refused, Err(EngineError::Forbidden)));
    let made = wait(alices.create_entity(EntityType::User, "bob", None, None));
    assert!(matches!(made, Err(EngineError::OutsideScope)));
    assert!(matches!(wait(alices.profile("bob")), Err(EngineError::NotFound(_))));
}

#[test]
fn invalid_scopes_are_refused() {
    let only = |scopes: Vec<EntityRef>| Access::default().only(scopes);
    assert!(only(vec![]).is_err());
    assert!(only(vec![EntityRef::user("*")]).is_err());
    assert!(only(vec![EntityRef::user("")]).is_err());
    assert!(only(vec![EntityRef::new(EntityType::Other("org".to_owned()), "x")]).is_err());
    assert!(only((0..101).map(|n| EntityRef::user(n.to_string())).collect()).is_err());
    let [a, b] = ["a", "b"].map(EntityRef::user);
    assert_eq!(only(vec![b.clone(), a.clone(), a.clone()]), only(vec![a, b]));
}
