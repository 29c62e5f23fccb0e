//! A systemd service that can reach what it needs and nothing else, and its timer.

use std::fmt::Write as _;
use std::path::Path;

use super::{Job, WRITTEN, words};
use crate::cli::Every;

/// Folders that the service does not see.
const HIDDEN: [&str; 5] = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];

/// What the service may not do, whatever the script says.
const HARDENING: &str = "\
UMask=0077
CapabilityBoundingSet=
LockPersonality=yes
MemoryDenyWriteExecute=yes
MemoryMax=1G
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=tmpfs
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
";

/// Returns both units, each under the path where it belongs.
pub fn write(job: &Job) -> String {
    let name = &job.name;
    let (service, timer) = (service(job), timer(job));
    format!(
        "# {PLACE}{name}.service\n{service}\n# {PLACE}{name}.timer\n{timer}\n\
        # then: systemctl daemon-reload && systemctl enable --now {name}.timer"
    )
}

const PLACE: &str = "/etc/systemd/system/";

fn service(job: &Job) -> String {
    // The file of profiles comes as a credential: the service sees a copy that nobody else can read.
    let flags = job.flags_but(&["config-file"]);
    let program = job.program.display().to_string();
    let command = words::for_systemd(&job.command(&program, &job.script_here(), &flags));
    let has_state_dir = job.values("state-dir").next().is_some();
    let mut unit = format!(
        "[Unit]\nDescription={}\nWants=network-online.target\nAfter=network-online.target\n\
        StartLimitIntervalSec=6h\nStartLimitBurst=5\n\n[Service]\nType=exec\nExecStart={command}\n",
        description(job)
    );
    // 75: another run does it. 4: unreachable, 6: outcome unknown; running again is the cure for both.
    let seconds = job.limit.seconds().saturating_add(60);
    let _ = write!(
        unit,
        "RuntimeMaxSec={seconds}\nSuccessExitStatus=75\nRestartForceExitStatus=4 6\nRestartSec=5min\n\
        DynamicUser=yes\nUser=patroll\nLoadCredential=databrickscfg:{}\n\
        Environment=DATABRICKS_CONFIG_FILE=%d/databrickscfg\n",
        words::path_for_systemd(&job.config_file.display().to_string())
    );
    if !has_state_dir {
        unit.push_str("StateDirectory=patroll\nStateDirectoryMode=0700\nEnvironment=PATROLL_STATE_DIR=%S/patroll\n");
    }
    for path in visible(job) {
        let _ = writeln!(unit, "BindReadOnlyPaths={}", words::path_for_systemd(&path));
    }
    // A file that is replaced as a whole, or put aside once it is large, takes a folder that can be written.
    let folders = job.written().filter_map(Path::parent).map(|folder| folder.display().to_string());
    let named = job.values("allow-write").chain(job.values("state-dir")).map(str::to_owned);
    for path in named.chain(folders) {
        let _ = writeln!(
            unit,
            "# the user patroll has to be able to write it\nReadWritePaths={}",
            words::path_for_systemd(&path)
        );
    }
    unit + HARDENING
}

/// Returns what the service needs to see of the folders that it does not see.
fn visible(job: &Job) -> Vec<String> {
    let script = job.file.as_deref().map(|file| match file.parent() {
        Some(folder) if job.has_imports => folder,
        _ => file,
    });
    let elsewhere = ["config-file", "allow-write", "state-dir"];
    let is_read = |name| !elsewhere.contains(&name) && !WRITTEN.contains(&name);
    let read = job.flags.iter().filter(|flag| flag.is_path && is_read(flag.name.as_str()));
    let read = read.filter_map(|flag| flag.value.as_deref().map(Path::new));
    let all = [Some(job.program.as_path()), script].into_iter().flatten().chain(read);
    let hidden = all.filter(|path| HIDDEN.iter().any(|folder| path.starts_with(folder)));
    let mut paths: Vec<_> = hidden.map(|path| path.display().to_string()).collect();
    paths.dedup();
    paths
}

fn timer(job: &Job) -> String {
    let (when, spread) = match job.every {
        Every::Minutes(count) => (format!("*:0/{count}"), "30s"),
        Every::Hours(1) => ("hourly".to_owned(), "10min"),
        Every::Hours(count) => (format!("0/{count}:00"), "30min"),
        Every::Daily => ("*-*-* 03:00".to_owned(), "1h"),
        Every::Weekly => ("Mon *-*-* 03:00".to_owned(), "1h"),
        Every::Monthly => ("*-*-01 03:00".to_owned(), "1h"),
    };
    format!(
        "[Unit]\nDescription={}\n\n[Timer]\nOnCalendar={when}\nPersistent=true\nRandomizedDelaySec={spread}\n\
        FixedRandomDelay=true\n\n[Install]\nWantedBy=timers.target\n",
        description(job)
    )
}

fn description(job: &Job) -> String {
    format!("patroll run {}", job.script).replace('%', "%%").replace(['\n', '\\'], " ")
}
