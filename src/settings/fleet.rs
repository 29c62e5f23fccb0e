//! Which workspaces a run is for, where it is for several: profiles by pattern, all of them, or hosts under one credential.
//!
//! What is done with them is `commands::fleet`'s.

use std::collections::BTreeSet;
use std::path::PathBuf;

use wildmatch::WildMatch;

use super::attributes::Attributes;
use super::{Asked, SandboxAddress, Settings, Source};
use crate::error::Error;
use crate::host::Host;

/// As many workspaces at a time, if nobody says otherwise.
const USUAL_AT_ONCE: usize = 8;

/// Where a shard's number comes from on Kubernetes: an indexed job counts from 0.
const INDEX: &str = "JOB_COMPLETION_INDEX";

/// What was typed about several workspaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    /// `--profile`, several times or with a pattern.
    pub patterns: Vec<String>,
    /// `--all-profiles`.
    pub all_profiles: bool,
    /// `--workspaces`: a file of hosts, or `-` for stdin.
    pub workspaces: Option<PathBuf>,
    /// `--shard`.
    pub shard: Option<Shard>,
}

/// Every n-th workspace, beginning with one of the first n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which one, from 1; none where the environment says it.
    pub number: Option<usize>,
    /// How many there are.
    pub count: usize,
}

/// One workspace of a fleet.
#[derive(Clone, Debug)]
pub struct Member {
    /// What it is called: the profile or the host.
    pub name: String,
    way: Way,
    /// Where it is in a sandbox run.
    pub sandbox: Option<SandboxAddress>,
}

/// How a member is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// By the profile of its name, as the file has it.
    Profile,
    /// By this address, with the credential of the run.
    Host(String),
}

impl Fleet {
    /// Takes what was typed behind `--profile`: one plain name is no fleet, and returned.
    pub fn of_profiles(mut names: Vec<String>) -> (Option<String>, Self) {
        if names.len() < 2 && !names.iter().any(|name| is_pattern(name)) {
            return (names.pop(), Self::default());
        }
        (None, Self { patterns: names, ..Self::default() })
    }

    /// Returns the flag by which a fleet was asked for, if one was.
    pub fn flag(&self) -> Option<&'static str> {
        let flags = [
            (!self.patterns.is_empty(), "--profile with several profiles"),
            (self.all_profiles, "--all-profiles"),
            (self.workspaces.is_some(), "--workspaces"),
        ];
        flags.into_iter().find_map(|(is_given, flag)| is_given.then_some(flag))
    }

    /// Refuses what contradicts itself or the rest of the command line.
    fn check(&self, asked: &Asked) -> Result<(), Error> {
        let named = "name the workspaces in one way";
        let pairs = [
            (self.all_profiles && !self.patterns.is_empty(), "--all-profiles and --profile", named),
            (self.all_profiles && asked.profile.is_some(), "--all-profiles and --profile", named),
            (
                self.all_profiles && self.workspaces.is_some(),
                "--all-profiles and --workspaces",
                named,
            ),
            (
                self.workspaces.is_some() && !self.patterns.is_empty(),
                "--workspaces and several profiles",
                "with --workspaces one profile can say how to sign in",
            ),
            (asked.host.is_some(), "--host and several workspaces", named),
            (
                asked.own_token_id.is_some(),
                "--own-token-id and several workspaces",
                "write `token_id = ID` into each profile",
            ),
        ];
        match pairs.into_iter().find(|(is_given, ..)| *is_given) {
            None => Ok(()),
            Some((_, what, hint)) => Err(usage(format!("{what} contradict each other"), hint)),
        }
    }
}

impl Shard {
    /// Reads `I/N`, or `N` where the environment says which; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<usize>().ok();
        let (first, count) = match text.split_once('/') {
            Some((first, count)) => (Some(number(first).ok_or(FORM)?), number(count)),
            None => (None, number(text)),
        };
        match (first, count.ok_or(FORM)?) {
            (_, 0) => Err("there is at least one shard".to_owned()),
            (Some(first), count) if !(1..=count).contains(&first) => {
                Err(format!("of {count} shards there is no {first}, only 1 to {count}"))
            }
            (number, count) => Ok(Self { number, count }),
        }
    }
}

const FORM: &str = "write I/N, such as 1/4, or N alone where JOB_COMPLETION_INDEX says which";

impl Settings {
    /// Returns the workspaces that a run is for, in alphabetical order or that of `hosts`, what `--workspaces` names; nothing
    /// if it is for one alone.
    pub fn members(
        &self,
        hosts: impl FnOnce(&PathBuf) -> Result<String, Error>,
    ) -> Result<Option<Vec<Member>>, Error> {
        let fleet = &self.asked().fleet;
        if fleet.flag().is_none() {
            return match fleet.shard {
                None => Ok(None),
                Some(_) => Err(usage(
                    "--shard is a part of several workspaces, and only one is named".to_owned(),
                    "name them: -p 'prod-*', --all-profiles or --workspaces FILE",
                )),
            };
        }
        fleet.check(self.asked())?;
        let members = match &fleet.workspaces {
            Some(path) => self.read_hosts(&hosts(path)?, &path.display().to_string())?,
            None => self.find_profiles(fleet)?,
        };
        let Some(shard) = fleet.shard else { return Ok(Some(members)) };
        let first = self.number_of(shard)?;
        Ok(Some(members.into_iter().skip(first - 1).step_by(shard.count).collect()))
    }

    /// Refuses what is said of several workspaces and contradicts itself or the rest.
    pub fn check_fleet(&self) -> Result<(), Error> {
        self.asked().fleet.check(self.asked())
    }

    /// Returns how many workspaces of a fleet are worked on at a time: `--jobs`.
    pub fn at_once(&self) -> usize {
        self.asked().jobs.unwrap_or(USUAL_AT_ONCE)
    }

    /// Returns the settings of a run that is for one workspace of this run's fleet alone.
    #[must_use]
    pub fn for_member(&self, member: &Member) -> Self {
        let mut asked = Asked {
            fleet: Fleet::default(),
            // A workspace bears as many requests whoever else is asked; this machine bears so many in all.
            jobs: Some((super::MOST_JOBS / self.at_once()).clamp(1, super::USUAL_JOBS)),
            sandbox: member.sandbox.clone(),
            ..self.asked().clone()
        };
        match &member.way {
            Way::Profile => asked.profile = Some(member.name.clone()),
            Way::Host(address) => asked.host = Some(address.clone()),
        }
        Self { member: Some(member.way.clone()), ..Self::new(asked, self.environment.clone()) }
    }

    /// Returns whether the run is for one workspace of a fleet.
    pub fn is_of_fleet(&self) -> bool {
        self.member.is_some()
    }

    fn find_profiles(&self, fleet: &Fleet) -> Result<Vec<Member>, Error> {
        let profiles = self.profiles()?;
        let known = profiles.names();
        let missing = |name: &str| Error::ProfileMissing {
            name: name.to_owned(),
            path: profiles.path().to_owned(),
            known: known.clone(),
        };
        let mut found = BTreeSet::new();
        for pattern in &fleet.patterns {
            let matcher = WildMatch::new(pattern);
            let matching: Vec<_> = known.iter().filter(|name| matcher.matches(name)).collect();
            if matching.is_empty() {
                return Err(missing(pattern));
            }
            found.extend(matching);
        }
        if fleet.all_profiles {
            found.extend(known.iter().filter(|name| self.is_workspace(name)));
            if found.is_empty() {
                return Err(missing("*"));
            }
        }
        Ok(found.into_iter().map(|name| Member::new(name, Way::Profile)).collect())
    }

    /// Returns whether a profile leads to a workspace: others hold only what another tool needs, or are for an account.
    fn is_workspace(&self, name: &str) -> bool {
        let values = self.profiles().ok().and_then(|profiles| profiles.profile(name));
        let has = |key: &str| {
            values.is_some_and(|values| values.get(key).is_some_and(|text| !text.is_empty()))
        };
        let host = values.and_then(|values| values.get("host"));
        let host = host.and_then(|text| Host::parse(text).ok());
        let is_account = host.is_some_and(|host| host.name().starts_with("accounts."));
        (has("host") || has("azure_workspace_resource_id")) && !is_account
    }

    fn read_hosts(&self, text: &str, from: &str) -> Result<Vec<Member>, Error> {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or(line).trim());
        let mut members: Vec<Member> = Vec::new();
        let mut seen = BTreeSet::new();
        for (line, number) in lines.zip(1..).filter(|(line, _)| !line.is_empty()) {
            let host = Host::parse(line).map_err(|reason| Error::HostInvalid {
                text: line.to_owned(),
                source_name: format!("{from}:{number}"),
                reason,
            })?;
            if seen.insert(host.authority().to_owned()) {
                members.push(Member::new(host.authority(), Way::Host(line.to_owned())));
            }
        }
        let Some(first) = members.first() else {
            return Err(usage(format!("{from} names no workspace"), "write one host a line"));
        };
        self.for_member(first).connection()?;
        Ok(members)
    }

    fn number_of(&self, shard: Shard) -> Result<usize, Error> {
        if let Some(number) = shard.number {
            return Ok(number);
        }
        let said = self.environment.variable(INDEX).ok_or_else(|| {
            usage(format!("--shard {} does not say which, nor does {INDEX}", shard.count), FORM)
        })?;
        match said.parse::<usize>() {
            Ok(index) if index < shard.count => Ok(index + 1),
            _ => Err(usage(
                format!("{INDEX} is `{said}`, and of {} shards there is none of that", shard.count),
                "an indexed job counts from 0, and has as many completions as there are shards",
            )),
        }
    }
}

impl Member {
    fn new(name: &str, way: Way) -> Self {
        Self { name: name.to_owned(), way, sandbox: None }
    }
}

/// Refuses a credential that is good for one workspace alone.
pub(super) fn refuse_bound(attributes: &Attributes) -> Result<(), Error> {
    const BOUND: [&str; 2] = ["pat", "basic"];
    let source = match attributes.value("auth_type") {
        Some(pinned) => BOUND.contains(&pinned.text()).then(|| pinned.source.clone()),
        None => attributes.families().into_iter().find_map(
            |(family, _, source): (&str, &str, &Source)| {
                BOUND.contains(&family).then(|| source.clone())
            },
        ),
    };
    match source {
        None => Ok(()),
        Some(source) => Err(usage(
            format!(
                "--workspaces wants one credential for all, and that from {source} is good for one workspace"
            ),
            "sign in by OAuth (client_id and client_secret), or name profiles: -p 'prod-*'",
        )),
    }
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}

fn usage(problem: String, hint: &str) -> Error {
    Error::Usage { problem, hint: Some(hint.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_those_there_are() {
        let shard = |number, count| Ok(Shard { number, count });
        let good = [("1/1", shard(Some(1), 1)), ("4/4", shard(Some(4), 4)), ("7", shard(None, 7))];
        for (text, expected) in good {
            assert_eq!(Shard::parse(text), expected, "{text}");
        }
        for text in ["", "/", "0/4", "5/4", "1/0", "0", "-1/4", "1/4/2", "a/b", "1.5/2"] {
            assert!(Shard::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn one_plain_name_is_no_fleet() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            Fleet::of_profiles(names(&["prod"])),
            (Some("prod".to_owned()), Fleet::default())
        );
        for patterns in [&["prod", "eu"][..], &["eu-?"], &["*"]] {
            let (one, fleet) = Fleet::of_profiles(names(patterns));
            assert_eq!((one, fleet.patterns), (None, names(patterns)));
        }
    }
}
