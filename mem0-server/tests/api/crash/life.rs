use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mem0_client::requests::GetUsers;
use mem0_client::{
    AsyncMemoryClient, CreateWebhookOptions, DeleteScope, Filter, GetAllMemoryOptions, Memory,
    ProjectRef, RetryPolicy, WebhookAction, WebhookEventType,
};
use rusqlite::Connection;
use tokio::runtime::Runtime;

use super::tally::Tally;
use super::told::Told;
use super::world::Note;
use super::writer::{APP, Writer, soon};
use crate::folder::Folder;
use crate::operating::run;
use crate::receiver::{Receiver, Reply};
use crate::server::{Server, command};

const KEY: &str = "k";

const WRITERS: usize = 6;

/// The number of memories in a folder of an older version.
const OLD: u64 = 300;

/// A data folder, with everything that is known about it.
pub(super) struct Life<'a> {
    runtime: Runtime,
    rng: fastrand::Rng,
    tally: &'a mut Tally,
    folder: Folder,
    /// How long the last start took.
    start: Duration,
    writers: Vec<Writer>,
    /// Memories that are gone and were checked.
    gone: Vec<Note>,
    receiver: Receiver,
    /// The secret of the webhook for each kind.
    secrets: HashMap<WebhookAction, String>,
    told: Told,
}

impl<'a> Life<'a> {
    /// Makes a folder that an older version left, and upgrades it in spite of some kills.
    pub(super) fn begin(mut rng: fastrand::Rng, tally: &'a mut Tally) -> Self {
        let mut life = Self {
            runtime: Runtime::new().unwrap(),
            tally,
            folder: older_folder(),
            start: Duration::ZERO,
            writers: (0..WRITERS).map(|number| Writer::new(number, rng.u64(..))).collect(),
            gone: Vec::new(),
            receiver: Receiver::start(|_| Reply::Status(200)),
            secrets: HashMap::new(),
            told: Told::default(),
            rng,
        };
        let copy = copy_of(life.folder.path());
        life.start_on(copy.path()).kill();
        for _ in 0..3 {
            life.kill_while_starting();
            life.tally.upgrading += 1;
        }
        let (server, client) = life.start();
        life.judge(&client);
        life.make_webhooks(&client);
        server.kill();
        life
    }

    /// Checks what the last kill left, continues, and kills again.
    pub(super) fn round(&mut self) {
        let (server, client) = self.start();
        self.judge(&client);
        let folder = self.folder.path().to_owned();
        let beside = (self.rng.u32(..3) == 0).then(|| thread::spawn(move || check(&folder)));

        let answers = Arc::new(AtomicUsize::new(0));
        let much = (self.rng.u32(..12) == 0).then(|| self.rng.usize(..WRITERS));
        let writers = std::mem::take(&mut self.writers).into_iter().enumerate();
        let writing: Vec<_> = writers
            .map(|(number, mut writer)| {
                let (client, answers) = (client.clone(), answers.clone());
                self.runtime.spawn(async move {
                    writer.write(&client, much == Some(number), &answers).await;
                    writer
                })
            })
            .collect();
        // Every fourth kill may come before anything is answered, the others while much is.
        let deadline = Instant::now() + Duration::from_secs(60);
        let waits = self.rng.u32(..4) > 0;
        while waits && answers.load(Ordering::Relaxed) < WRITERS {
            assert!(Instant::now() < deadline, "nothing is acknowledged");
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_micros(self.rng.u64(..600_000)));
        if self.rng.u32(..5) == 0 {
            server.signal("-TERM");
            thread::sleep(Duration::from_micros(self.rng.u64(..30_000)));
            self.tally.closing += 1;
        }
        server.kill();
        self.tally.under_load += 1;
        for writer in writing {
            self.writers.push(self.runtime.block_on(writer).unwrap());
        }
        if let Some(beside) = beside {
            beside.join().unwrap();
            self.tally.checks += 1;
        }
        self.check();
        while self.rng.u32(..3) == 0 {
            self.kill_while_starting();
        }
    }

    /// Checks what the last kill left, and that every change was delivered to the webhooks.
    pub(super) fn end(mut self) {
        let (server, client) = self.start();
        self.judge(&client);
        let live = self.writers.iter().flat_map(|writer| writer.world.notes.values());
        self.told.is_all(live.chain(&self.gone), &self.receiver, &self.secrets);
        server.stop();
        self.check();
        self.writers.iter().for_each(|writer| self.tally.count(&writer.counts));
        self.tally.count_told(&self.told);
    }

    fn start(&mut self) -> (Server, AsyncMemoryClient) {
        let path = self.folder.path().to_owned();
        let server = self.start_on(&path);
        let client = AsyncMemoryClient::builder()
            .api_key(KEY)
            .base_url(format!("http://{}", server.address))
            .retry(RetryPolicy::none())
            .build();
        (server, client.unwrap())
    }

    fn start_on(&mut self, folder: &Path) -> Server {
        let mut command = command(folder);
        command.args(["--api-key", KEY, "--private-webhooks", "true"]);
        let begun = Instant::now();
        let server = Server::start(command);
        self.start = begun.elapsed();
        server
    }

    fn kill_while_starting(&mut self) {
        let mut command = command(self.folder.path());
        command.args(["--api-key", KEY, "--private-webhooks", "true"]);
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(self.start.mul_f64(self.rng.f64() * 1.2));
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None, "it ended by itself");
        self.tally.starting += 1;
        self.check();
    }

    /// Checks the folder as the kill left it, or a copy, so that the next start is the first to
    /// open it.
    fn check(&mut self) {
        if self.rng.bool() {
            check(self.folder.path());
        } else {
            check(copy_of(self.folder.path()).path());
        }
        self.tally.checks += 1;
    }

    fn make_webhooks(&mut self, client: &AsyncMemoryClient) {
        for (action, kind) in [
            (WebhookAction::Add, WebhookEventType::MemoryAdd),
            (WebhookAction::Update, WebhookEventType::MemoryUpdate),
            (WebhookAction::Delete, WebhookEventType::MemoryDelete),
        ] {
            let options =
                CreateWebhookOptions::new(self.receiver.url(), kind.as_str(), [kind.clone()]);
            let made = self.runtime.block_on(client.create_webhook(ProjectRef::own(), options));
            self.secrets.insert(action, made.unwrap().extra().get("secret").unwrap());
        }
    }

    /// Compares everything visible in the folder with what the writers know.
    fn judge(&mut self, client: &AsyncMemoryClient) {
        let mut memories = self.settled(client);
        let mut ids = HashSet::new();
        assert!(memories.iter().all(|memory| ids.insert(memory.id.clone())));
        for writer in &mut self.writers {
            let users: Vec<_> = writer.users().collect();
            let own = |memory: &mut Memory| {
                memory.user_id.as_ref().is_some_and(|user| users.contains(user))
            };
            let found: Vec<_> = memories.extract_if(.., own).collect();
            writer.settle(&found);
        }
        assert!(memories.is_empty(), "{} that nobody sent", memories.len());

        let listed = self.runtime.block_on(client.stream(GetUsers::new()).into_page()).unwrap();
        let listed: HashSet<_> = listed.iter().map(|entity| entity.name.as_str()).collect();
        for writer in &self.writers {
            let mut live = writer.world.live();
            assert!(live.all(|(_, note)| listed.contains(note.user.as_str())));
            let mut deleted = writer.world.deleted_users.iter();
            assert!(deleted.all(|user| !listed.contains(user.as_str())));
        }

        let gone = self.each(client, |mut writer, client| async move {
            let gone = writer.look_closer(&client).await;
            (writer, gone)
        });
        self.gone.extend(gone.into_iter().flatten());
        self.told.take(self.receiver.all(Duration::ZERO), &self.secrets);
    }

    /// All memories of the writers, once everything that was queued is done.
    fn settled(&mut self, client: &AsyncMemoryClient) -> Vec<Memory> {
        self.each(client, |mut writer, client| async move {
            writer.wait_for_queued(&client).await;
            (writer, ())
        });
        self.runtime.block_on(async {
            // Queued work is done in order, including queued work that was not acknowledged.
            let last = client.delete_all(DeleteScope::user("nobody")).await.unwrap();
            client.wait_for_event(last.event_id.unwrap(), soon()).await.unwrap();
            for (user, count) in [("alice", OLD + 3), ("carol", 1)] {
                let listed = client.get_all(Filter::user_id(user)).await.unwrap();
                assert_eq!(listed.count, Some(count), "of the older version");
            }
            let all = GetAllMemoryOptions::new(Filter::app_id(APP)).page_size(200);
            let page = client.get_all_stream(all).into_page().await.unwrap();
            assert!(page.malformed.is_empty());
            assert_eq!(page.count, Some(page.results.len() as u64));
            page.results
        })
    }

    /// Makes all writers do something at once.
    fn each<T: Send + 'static, F: Future<Output = (Writer, T)> + Send + 'static>(
        &mut self,
        client: &AsyncMemoryClient,
        act: impl Fn(Writer, AsyncMemoryClient) -> F,
    ) -> Vec<T> {
        let writers = std::mem::take(&mut self.writers).into_iter();
        let acting: Vec<_> =
            writers.map(|writer| self.runtime.spawn(act(writer, client.clone()))).collect();
        let mut all = Vec::new();
        for acting in acting {
            let (writer, value) = self.runtime.block_on(acting).unwrap();
            self.writers.push(writer);
            all.push(value);
        }
        all
    }
}

fn check(folder: &Path) {
    let output = run(folder, &["check"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!((output.status.code(), &*said), (Some(0), "Nothing is wrong.\n"));
}

fn copy_of(folder: &Path) -> Folder {
    let copy = Folder::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    copy
}

/// The folder of version 2: three memories of alice's and a queued add for carol. Further memories
/// make the upgrade slow enough to be killed.
fn older_folder() -> Folder {
    let folder = Folder::new();
    let database = folder.path().join("mem0.db");
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/../mem0-engine/tests/data/version-2/mem0.db");
    fs::copy(old, &database).unwrap();
    let id = "printf('00000000-0000-4000-8000-%012x', n)";
    let more = format!(
        "CREATE TEMP TABLE more AS WITH RECURSIVE up (n) AS
             (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {OLD})
             SELECT n, 100 + n AS at, memories.* FROM up, memories WHERE memories.seq = 2;
         INSERT INTO history (id, memory_id, event, user_id, created_at, input, new_memory)
             SELECT {id}, {id}, 'ADD', user_id, created_at, '[]', text FROM more;
         INSERT INTO memories (seq, id, created_at, updated_at, immutable, event_seq, position,
             scope_key, text_hash, user_id, role, text)
             SELECT at, {id}, created_at, updated_at, immutable, event_seq, position, scope_key,
             text_hash, user_id, role, text FROM more;
         INSERT INTO memory_index (seq, vector, scope, terms)
             SELECT at, vector, scope, terms FROM more JOIN memory_index AS i ON i.seq = 2;"
    );
    Connection::open(&database).unwrap().execute_batch(&more).unwrap();
    folder
}
