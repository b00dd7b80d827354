use std::ffi::OsString;

use crate::config::OPTIONS;

/// What the variables of this server begin with.
const PREFIX: &str = "MEM0_SERVER_";

/// Words of other programs, with the option that does the same here.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("address", "listen"),
    ("bind", "listen"),
    ("host", "listen"),
    ("port", "listen"),
    ("data", "data-dir"),
    ("folder", "data-dir"),
    ("key", "api-key"),
    ("token", "api-key"),
    ("log-level", "log"),
];

/// The option whose name is most like this one, in the spelling of the command line.
pub(crate) fn option_like(name: &str) -> &'static str {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let own = OPTIONS.iter().map(|option| (*option, *option));
    let all = own.chain([("config", "config")]).chain(OTHER_WORDS.iter().copied());
    let nearest = all.min_by_key(|(word, _)| strsim::damerau_levenshtein(word, &name));
    nearest.map_or("listen", |(_, option)| option)
}

/// The variable of an option.
pub(crate) fn variable(option: &str) -> String {
    format!("{PREFIX}{}", option.to_ascii_uppercase().replace('-', "_"))
}

/// Warns about each variable that looks like one of this server and is none. Values are not shown.
pub(crate) fn unknown_variables(names: impl Iterator<Item = OsString>) -> Vec<String> {
    let names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    let is_known =
        |name: &str| OPTIONS.iter().chain(&["config"]).any(|option| variable(option) == name);
    // Kubernetes sets these for a service of the name mem0-server.
    let is_in_kubernetes = names.iter().any(|name| name == "MEM0_SERVER_SERVICE_HOST");
    let mut warnings = Vec::new();
    for name in &names {
        let Some((prefix, rest)) = name.split_at_checked(PREFIX.len()) else { continue };
        let is_of_kubernetes =
            is_in_kubernetes && (rest.starts_with("SERVICE_") || rest.starts_with("PORT"));
        if !prefix.eq_ignore_ascii_case(PREFIX) || is_known(name) || is_of_kubernetes {
            continue;
        }
        let meant = variable(option_like(rest));
        warnings.push(format!(
            "the variable {name} has no effect: this server has none of that name; did you mean \
             {meant}?"
        ));
    }
    warnings.sort_unstable();
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_is_told_with_the_one_that_was_meant() {
        for (typed, meant) in [
            ("MEM0_SERVER_PROT", "MEM0_SERVER_LISTEN"),
            ("MEM0_SERVER_PORT", "MEM0_SERVER_LISTEN"),
            ("MEM0_SERVER_DATADIR", "MEM0_SERVER_DATA_DIR"),
            ("MEM0_SERVER_DATA_DRI", "MEM0_SERVER_DATA_DIR"),
            ("MEM0_SERVER_API_KEYS", "MEM0_SERVER_API_KEY"),
            ("MEM0_SERVER_LOG_LEVEL", "MEM0_SERVER_LOG"),
            ("MEM0_SERVER_CONFG", "MEM0_SERVER_CONFIG"),
            ("mem0_server_listen", "MEM0_SERVER_LISTEN"),
        ] {
            let warnings = unknown_variables([OsString::from(typed)].into_iter());
            let [warning] = warnings.as_slice() else { panic!("{typed}: {warnings:?}") };
            assert!(warning.contains(typed), "{warning}");
            assert!(warning.ends_with(&format!("did you mean {meant}?")), "{warning}");
        }
    }

    #[test]
    fn names_of_this_server_and_of_others_are_left_alone() {
        let own = OPTIONS.iter().chain(&["config"]).map(|option| variable(option));
        let others = ["MEM0_API_KEY", "PATH", "MEM0_SERVERS"].map(str::to_owned);
        let kubernetes = ["SERVICE_HOST", "SERVICE_PORT", "PORT", "PORT_8888_TCP_ADDR"];
        let kubernetes = kubernetes.map(variable);
        let all = own.chain(others).chain(kubernetes).map(OsString::from);
        assert!(unknown_variables(all).is_empty());
    }
}
