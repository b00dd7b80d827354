//! Checks that take too long for `.ci/run`, each a command with a budget. docs/full.md has the
//! results of the last run.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::{Outcome, output};

struct Check {
    name: &'static str,
    /// What the check proves.
    shows: &'static str,
    /// In seconds. A check that takes longer is stopped and fails.
    budget: u32,
    command: &'static [&'static str],
}

const CHECKS: &[Check] = &[
    Check {
        name: "tests, release",
        shows: "every test holds in an optimised build too",
        budget: 1800,
        command: &["cargo", "test", "--locked", "--workspace", "--release"],
    },
    Check {
        name: "blocking, repeated",
        shows: "20 runs in a row of the tests of the blocking client, whose traps depend on timing",
        budget: 900,
        command: &[
            "bash",
            "-euc",
            "for run in {1..20}; do cargo test --locked --quiet --release -p mem0-client-blocking --test blocking; done",
        ],
    },
    Check {
        name: "kills",
        shows: "200 times `kill -9` under load, and 50 times during questions, lose nothing that was acknowledged; see docs/reliability.md",
        budget: 3600,
        command: &[
            "bash",
            "-euc",
            "MEM0_KILLS=200 cargo test --locked --release -p mem0-server --test api -- --nocapture \
             crash::kills; \
             MEM0_ENGINE_ASKING_KILLS=50 cargo test --locked --release -p mem0-engine --test engine \
             -- --nocapture embedders::a_kill",
        ],
    },
    Check {
        name: "learning kills",
        shows: "50 times `kill -9` while a model is asked, and a model that is busy for a minute or breaks otherwise: nothing is lost, nothing learned twice; see docs/reliability.md",
        budget: 1800,
        command: &[
            "bash",
            "-euc",
            "export MEM0_LEARNING_KILLS=50 MEM0_BUSY_SECONDS=60; \
             cargo test --locked --release -p mem0-engine --test engine -- learning_kills::what; \
             cargo test --locked --release -p mem0-server --test api -- broken_models::",
        ],
    },
    Check {
        name: "learning stream",
        shows: "what is stored of 1,000 conversations, of which it is known what is true, by a model that makes mistakes",
        budget: 3600,
        command: &[
            "bash",
            "-euc",
            "MEM0_LEARNING_CONVERSATIONS=1000 MEM0_LEARNING_TURNS=200 MEM0_LEARNING_CHATS=1000 \
             cargo test --locked --release -p mem0-engine --test engine -- learning_stream::",
        ],
    },
    Check {
        name: "another embedder",
        shows: "100,000 memories get another embedder, back and forth, through 30 times `kill -9`, while they are searched and added to: each known answer is found at each moment; see docs/reliability.md",
        budget: 1800,
        command: &[
            "bash",
            "-euc",
            "MEM0_ENGINE_CHANGED_MEMORIES=100000 MEM0_ENGINE_CHANGE_KILLS=30 \
             cargo test --locked --release -p mem0-engine --test engine -- --nocapture \
             embedder_change::a_kill",
        ],
    },
    Check {
        name: "attacks",
        shows: "attacks of one tenant leave the others their searches, adds and deliveries; see docs/reliability.md",
        budget: 1800,
        command: &[
            "bash",
            "-euc",
            "rm -f docs/data/attacks.csv; MEM0_ATTACKS=15 MEM0_ATTACKS_EMBEDDER=minilm \
             MEM0_ATTACKS_REPORT=$PWD/docs/data/attacks.csv cargo test --locked --release -p mem0-server --test api -- --nocapture --test-threads=1 attacks::",
        ],
    },
    Check {
        name: "supply chain",
        shows: "licences, sources and duplicates of all dependencies are as deny.toml allows",
        budget: 1200,
        command: &[
            "bash",
            "-euc",
            "command -v cargo-deny || cargo install --locked cargo-deny; \
             cargo deny --locked check bans licenses sources",
        ],
    },
    Check {
        name: "advisories",
        shows: "no dependency has a known vulnerability or is given up; asks GitHub",
        budget: 1200,
        command: &[
            "bash",
            "-euc",
            "command -v cargo-deny || cargo install --locked cargo-deny; cargo deny --locked check advisories",
        ],
    },
    Check {
        name: "feature pairs",
        shows: "the SDK compiles with each feature, and with each two of them",
        budget: 3600,
        command: &[
            "bash",
            "-euc",
            "command -v cargo-hack || cargo install --locked cargo-hack; \
             cargo hack check --locked --feature-powerset --depth 2 --exclude-features default -p mem0-sdk",
        ],
    },
    Check {
        name: "oldest dependencies",
        shows: "the SDK compiles with the oldest versions of its dependencies that its manifests allow",
        budget: 1200,
        command: &[
            "bash",
            "-euc",
            "copy=target/oldest-dependencies; rm -rf $copy; mkdir -p $copy; \
             git ls-files -z | xargs -0 cp --parents -t $copy; cd $copy; export CARGO_TARGET_DIR=$PWD-build; \
             sed -i -e '/^members = /,/^]/c members = [\"mem0-types\", \"mem0-http\", \"mem0-client\", \"mem0-client-blocking\"]' \
             -e '/^default-members/d' Cargo.toml; \
             RUSTC_BOOTSTRAP=1 cargo update -Z direct-minimal-versions; \
             cargo check --locked -p mem0-sdk --all-features",
        ],
    },
    Check {
        name: "soak",
        shows: "ten minutes of both clients at full load with random faults: memory, threads and descriptors stay flat",
        budget: 1800,
        command: &[
            "bash",
            "-euc",
            "MEM0_SOAK_SECONDS=600 MEM0_SOAK_REPORT=$PWD/docs/data cargo test --locked --release -p mem0-tests --test faults \
             -- --exact soak::memory_threads_and_descriptors_stay_flat --nocapture",
        ],
    },
    Check {
        name: "keep-alive",
        shows: "400 clients at once, ten adds each, at, just before and just after servers close idle connections (5, 30 and 60 s): none fails, with both clients",
        budget: 1800,
        // The six cases wait most of their time, so that they run beside each other, and each has
        // thousands of connections.
        command: &[
            "bash",
            "-euc",
            "ulimit -n $(ulimit -Hn); cargo test --locked --release -p mem0-tests --test faults --no-run; \
             cases=(); for way in async blocking; do for seconds in 5 30 60; do \
             MEM0_KEEP_ALIVE=full cargo test --locked --release -p mem0-tests --test faults -- --exact \
             idle_connections::${way}_and_closed_after_${seconds}_s --nocapture & cases+=($!); done; done; \
             for case in ${cases[@]}; do wait $case; done",
        ],
    },
    Check {
        name: "fuzzing",
        shows: "ten minutes of each fuzz target without a panic; see fuzz/README.md",
        budget: 9000,
        command: &[
            "bash",
            "-euc",
            "command -v cargo-fuzz || cargo install --locked cargo-fuzz; \
             for target in $(cargo fuzz list); do mkdir -p fuzz/corpus/$target; \
             cargo fuzz run --sanitizer none $target fuzz/corpus/$target fuzz/seeds/$target -- \
             -dict=fuzz/dictionary.txt -max_len=4096 -timeout=20 -rss_limit_mb=2048 -max_total_time=600; done",
        ],
    },
    Check {
        name: "mutants",
        shows: "tests fail for a change of almost every line of mem0-types, mem0-http and mem0-client; see docs/reliability.md",
        budget: 21_600,
        // cargo-mutants exits with 2 if a mutant survives, and with 3 if one never ends, which
        // counts as caught.
        command: &[
            "bash",
            "-euc",
            "command -v cargo-mutants || cargo install --locked cargo-mutants; \
             command -v cargo-nextest || cargo install --locked cargo-nextest; mkdir -p target/mutants-out; \
             run() { cargo mutants --no-shuffle -o target/mutants-out/$1 -p $1 \"${@:2}\" || [ $? = 3 ]; }; \
             run mem0-types --all-features; run mem0-http --features gzip,http2,tracing \
             --test-package mem0-http --test-package mem0-client; run mem0-client --features \
             gzip,http2,legacy,schemars,testing,tracing,webhook-signature",
        ],
    },
];

/// Runs the named checks, or all of them, and records the results.
pub(crate) fn run(root: &Path, names: &[&str]) -> Outcome {
    if let Some(unknown) = names.iter().find(|name| CHECKS.iter().all(|check| check.name != **name))
    {
        let known: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
        return Err(format!("there is no check `{unknown}`; there are {}", known.join("; ")).into());
    }
    let mut failed = Vec::new();
    for check in CHECKS.iter().filter(|check| names.is_empty() || names.contains(&check.name)) {
        println!("== {}: {}", check.name, check.command.join(" "));
        let on = surroundings(root)?;
        let began = Instant::now();
        let outcome = outcome(root, check)?;
        let seconds = began.elapsed().as_secs();
        println!("== {}: {outcome}, {seconds} s", check.name);
        // After each check, so that a run of hours that is stopped keeps its results.
        let report = root.join("docs/full.md");
        let last = fs::read_to_string(&report).unwrap_or_default();
        fs::write(report, recorded(&last, check.name, &format!("{outcome} | {seconds} | {on}"))?)?;
        if outcome != "passed" {
            failed.push(check.name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join("; ")).into()) }
}

fn outcome(root: &Path, check: &Check) -> Result<&'static str, std::io::Error> {
    // coreutils' timeout also stops the command's child processes.
    let status = Command::new("timeout")
        .args(["--kill-after=10", &check.budget.to_string()])
        .args(check.command)
        .current_dir(root)
        .status()?;
    Ok(match status.code() {
        Some(0) => "passed",
        Some(124 | 137) => "over its budget",
        _ => "failed",
    })
}

/// The date, the commit and the machine of the checks.
fn surroundings(root: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let date = output(root, "date", &["-u", "+%Y-%m-%d"])?;
    let commit = output(root, "git", &["rev-parse", "--short=10", "HEAD"])?;
    let changes = output(root, "git", &["status", "--porcelain"])?;
    // What the checks themselves write does not change what is checked.
    let is_report = |line: &str| line.ends_with("docs/full.md") || line.contains("docs/data/");
    let unchanged = changes.lines().all(is_report);
    let changes = if unchanged { "" } else { " and changes" };
    let rustc = output(root, "rustc", &["--version"])?;
    let rustc = rustc.split(' ').nth(1).unwrap_or(&rustc);
    let cores = std::thread::available_parallelism()?;
    Ok(format!("{date}, {commit}{changes}, Rust {rustc}, {cores} cores"))
}

/// The report with a new result for one check, and the last results of the others.
fn recorded(last: &str, name: &str, result: &str) -> Result<String, std::fmt::Error> {
    let mut report = String::from(
        "# The long checks\n\n\
         Written by `cargo xtask full`, which runs what takes too long for `.ci/run`. Each row is of the\n\
         last run of its check.\n\n\
         | Check | Shows | Budget, s | Outcome | Took, s | On |\n\
         |---|---|---|---|---|---|\n",
    );
    for Check { name: own, shows, budget, .. } in CHECKS {
        let before = last.lines().find(|line| line.starts_with(&format!("| {own} |")));
        let kept = before.and_then(|row| row.splitn(5, '|').nth(4)?.trim().strip_suffix(" |"));
        let result = if *own == name { result } else { kept.unwrap_or("never run | |") };
        writeln!(report, "| {own} | {shows} | {budget} | {result} |")?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_passes_fails_or_takes_too_long() {
        for (command, expected) in [
            (&["true"][..], "passed"),
            (&["false"], "failed"),
            (&["no-such-command"], "failed"),
            (&["sleep", "60"], "over its budget"),
        ] {
            let check = Check { name: "", shows: "", budget: 1, command };
            assert_eq!(outcome(Path::new("."), &check).unwrap(), expected, "{command:?}");
        }
    }

    #[test]
    fn a_result_stands_beside_the_last_ones_of_the_others() {
        let row = |report: &str, name: &str| {
            let mut rows = report.lines().filter(|line| line.starts_with(&format!("| {name} |")));
            rows.next().unwrap().to_owned()
        };
        let first = recorded("", "kills", "passed | 7 | one").unwrap();
        let second = recorded(&first, "soak", "failed | 8 | two").unwrap();
        let third = recorded(&second, "soak", "passed | 9 | three").unwrap();
        assert_eq!(third.lines().count(), first.lines().count());
        assert_eq!(row(&third, "kills"), row(&first, "kills"));
        assert!(row(&third, "kills").ends_with("| passed | 7 | one |"), "{third}");
        assert!(row(&third, "soak").ends_with("| passed | 9 | three |"), "{third}");
        assert!(row(&third, "mutants").ends_with("| never run | | |"), "{third}");
    }

    #[test]
    fn an_unknown_check_is_refused_with_the_known_ones() {
        let error = run(Path::new("."), &["fuzz the moon"]).unwrap_err().to_string();
        assert!(error.contains("`fuzz the moon`") && error.contains(CHECKS[0].name), "{error}");
    }
}
