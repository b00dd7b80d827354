use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mem0_engine::{
    AddRequest, BuiltIn, Engine, EntityIds, MAX_MESSAGES_AT_ONCE, MAX_TOGETHER, NewKey, NewWebhook,
};
use mem0_server::ApiKeyHash;
use mem0_types::{Message, WebhookEventType};
use serde_json::{Map, Value};
use tokio::runtime::{Builder, Runtime};

use super::bystander::{self, BYSTANDER, HEADER, LISTENER};
use crate::folder::Folder;
use crate::receiver::{Receiver, Reply};
use crate::server::{Server, head, unconfigured};

/// The key of the project that attacks, and another one that may only read.
pub(super) const ATTACKER: &str = "attacker";
pub(super) const READS_ONLY: &str = "reads only";

/// The most bytes of memory that the server may have.
const MEMORY: u64 = 700 << 20;

/// How long an attack is measured.
fn seconds() -> Option<u64> {
    std::env::var("MEM0_ATTACKS").ok()?.parse().ok()
}

/// Prints a row of the figures, and adds it to the file that `MEM0_ATTACKS_REPORT` names.
#[allow(clippy::print_stdout, reason = "whoever measures reads the figures")]
fn report(row: &str) {
    print!("{row}");
    let Ok(path) = std::env::var("MEM0_ATTACKS_REPORT") else { return };
    let before = fs::read_to_string(&path).unwrap_or_else(|_| HEADER.to_owned());
    fs::write(path, before + row).unwrap();
}

/// A folder with an attacker and two other tenants, before anything happens.
pub(super) struct Stage {
    folder: Folder,
    engine: Engine,
    attacker: Engine,
    /// What the webhook of one of the others calls.
    receiver: Receiver,
    runtime: Runtime,
}

impl Stage {
    pub(super) fn new() -> Self {
        let encodes = std::env::var("MEM0_ATTACKS_EMBEDDER").is_ok_and(|name| name == "minilm");
        Self::with(if encodes { BuiltIn::MiniLm } else { BuiltIn::Static })
    }

    pub(super) fn with(embedder: BuiltIn) -> Self {
        let folder = Folder::new();
        let runtime = Builder::new_current_thread().build().unwrap();
        let engine = Engine::open_with_built_in(folder.path(), embedder).unwrap();
        let own = runtime.block_on(engine.own_project()).unwrap();
        let project = |name: &str| {
            let made = engine.create_project(&own.organization_id, name, None);
            runtime.block_on(made).unwrap().id
        };
        let (attacker, bystander) = (project("attacker"), project("bystander"));
        let listener = project("listener");
        let receiver = Receiver::start(|_| Reply::Status(200));
        let webhook = NewWebhook::new("own", receiver.url(), [WebhookEventType::MemoryAdd]);
        runtime.block_on(engine.create_webhook(&listener, webhook)).unwrap();
        let mut access = None;
        for (name, project, read_only) in [
            (ATTACKER, &attacker, false),
            (READS_ONLY, &attacker, true),
            (BYSTANDER, &bystander, false),
            (LISTENER, &listener, false),
        ] {
            let mut key = NewKey::new(ApiKeyHash::of(name), name);
            key.project_id = Some(project.clone());
            key.read_only = read_only;
            let made = runtime.block_on(engine.create_key(key)).unwrap();
            access.get_or_insert(made.access);
        }
        let attacker = engine.with_access(access.unwrap());
        Self { folder, engine, attacker, receiver, runtime }
    }

    pub(super) fn is_measured(&self) -> bool {
        seconds().is_some()
    }

    /// Stores what the attacker has.
    pub(super) fn store(
        &self,
        user: &str,
        texts: Vec<String>,
        metadata: Option<&Map<String, Value>>,
    ) {
        let longest = texts.iter().map(String::len).max().unwrap_or_default().max(1);
        for some in texts.chunks((MAX_TOGETHER / longest / 2).clamp(1, MAX_MESSAGES_AT_ONCE)) {
            let messages = some.iter().map(Message::user).collect();
            let ids = EntityIds { user_id: Some(user.to_owned()), ..EntityIds::default() };
            let mut request = AddRequest::new(messages, ids);
            request.infer = false;
            request.metadata = metadata.cloned();
            self.runtime.block_on(self.attacker.add(request)).unwrap();
        }
    }

    pub(super) fn webhooks(&self, count: usize, url: &str) {
        let project = self.runtime.block_on(self.attacker.own_project()).unwrap().id;
        for number in 0..count {
            let webhook = NewWebhook::new(format!("w{number}"), url, [WebhookEventType::MemoryAdd]);
            self.runtime.block_on(self.attacker.create_webhook(&project, webhook)).unwrap();
        }
    }

    pub(super) fn start(self) -> Attacked {
        self.start_with(|_| ())
    }

    /// The same with further options.
    pub(super) fn start_with(self, configure: impl FnOnce(&mut Command)) -> Attacked {
        self.runtime.block_on(self.engine.close()).unwrap();
        let mut command = unconfigured(self.folder.path());
        command.args(["--private-webhooks", "true", "--drain-limit", "1"]);
        configure(&mut command);
        let server = Server::start(command);
        let address = server.address;
        let is_over = Arc::default();
        Attacked {
            server: Some(server),
            address,
            is_over,
            attackers: Vec::new(),
            receiver: Some(self.receiver),
            _folder: self.folder,
        }
    }
}

/// A server under attack, until it is dropped.
pub(super) struct Attacked {
    server: Option<Server>,
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    attackers: Vec<JoinHandle<()>>,
    receiver: Option<Receiver>,
    _folder: Folder,
}

/// What attackers call.
pub(super) struct Target {
    pub(super) address: SocketAddr,
    pub(super) is_over: Arc<AtomicBool>,
}

impl Target {
    /// Makes a call, whatever comes of it. Returns the answer, or null.
    pub(super) fn call(&self, key: &str, method: &str, path: &str, body: &str) -> Value {
        let Ok(mut stream) = TcpStream::connect(self.address) else { return Value::Null };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
        let _ = stream.write_all(head(key, method, path, body.len()).as_bytes());
        let _ = stream.write_all(body.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let body = answer.windows(4).position(|end| end == b"\r\n\r\n").map_or(0, |end| end + 4);
        serde_json::from_slice(&answer[body..]).unwrap_or_default()
    }
}

impl Attacked {
    /// Attacks from so many threads, each of which does this again and again.
    pub(super) fn attack(
        &mut self,
        threads: usize,
        attack: impl Fn(&Target, usize) + Send + Sync + 'static,
    ) {
        let attack = Arc::new(attack);
        for number in 0..threads {
            let attack = attack.clone();
            let target = Target { address: self.address, is_over: self.is_over.clone() };
            let thread = thread::Builder::new().stack_size(256 * 1024);
            let attacker = thread.spawn(move || {
                while !target.is_over.load(Ordering::Relaxed) {
                    attack(&target, number);
                }
            });
            self.attackers.push(attacker.unwrap());
        }
    }

    /// Lets the other tenants do their rounds, each within reason.
    #[track_caller]
    pub(super) fn bystander(&mut self, attack: &str) {
        let measured = seconds().map(Duration::from_secs);
        let receiver = self.receiver.take().unwrap();
        let waited = bystander::work(self.address, receiver, measured);
        // Nothing is shown of the attacker's.
        let peak = self.server.as_ref().unwrap().peak_memory();
        if measured.is_some() {
            report(&format!("\"{attack}\",{waited}{}\n", peak >> 20));
        }
        assert!(peak <= MEMORY, "{} MiB", peak >> 20);
    }

    /// Ends the server as a service manager does; it must not need longer than it may.
    #[track_caller]
    pub(super) fn ends(mut self) {
        self.server.take().unwrap().stop();
    }
}

impl Drop for Attacked {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Ends what the attackers wait for.
        drop(self.server.take());
        self.attackers.drain(..).for_each(|attacker| drop(attacker.join()));
    }
}
