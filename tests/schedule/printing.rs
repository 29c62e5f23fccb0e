//! What is printed: the flags given are those that run, and every word is read as it was meant.

use std::fmt::Write as _;

use pretty_assertions::assert_eq;

use super::patroll;
use crate::support::{Patroll, expect};

#[test]
fn a_line_of_a_crontab() {
    let run =
        patroll().args("-p prod schedule cleanup_expired --older-than 90d --every daily --as cron");
    run.args("--max-revocations 50%").run().expect(expect![[r#"
        # patroll-cleanup-expired: add this line by `crontab -e`; cron mails what it says, which is nothing if nothing changed
        20 3 * * * [PATROLL] run cleanup_expired --older-than 90d --profile=prod '--max-revocations=50\%' --timeout=1h --lock=patroll-cleanup-expired --jitter=5m
        --- exit 0
    "#]]);
    let run =
        patroll().args("schedule ./x.rhai --every 6h --as cron --config-file my.cfg --timeout 90m");
    run.arg("--allow-write").arg("it's here").args("-- --own -n").run().expect(expect![[r#"
        # patroll-x: add this line by `crontab -e`; cron mails what it says, which is nothing if nothing changed
        8 */6 * * * [PATROLL] run [DIR]/x.rhai --config-file=[DIR]/my.cfg '--allow-write=[DIR]/it'\''s here' --timeout=1h30m --lock=patroll-x --jitter=5m -- --own -n
        --- exit 0
    "#]]);
}

#[test]
fn cron_starts_it_when_and_as_it_was_meant() {
    let every = [
        ("15m", "*/15 * * * *"),
        ("hourly", "M * * * *"),
        ("6h", "M */6 * * *"),
        ("daily", "M 3 * * *"),
        ("weekly", "M 3 * * 1"),
        ("monthly", "M 3 1 * *"),
    ];
    for (every, time) in every {
        let run =
            patroll().args("--sandbox -q schedule x.rhai --as cron --every").args(every).run();
        let line = run.stdout().lines().last().unwrap();
        let (fields, command) = line.split_at(line.match_indices(' ').nth(4).unwrap().0);
        let minute = fields.split(' ').next().unwrap();
        assert_eq!(fields, time.replace('M', minute), "{line}");
        assert!(minute.starts_with('*') || minute.parse::<u32>().unwrap() < 60, "{line}");
        assert!(
            command.starts_with(" [PATROLL] run [DIR]/x.rhai --sandbox --quiet --timeout=1h"),
            "{line}"
        );
    }
    let printed = Patroll::new().file("a b.rhai", "print(args());");
    let printed =
        printed.args("--sandbox schedule").arg("./a b.rhai").args("--every daily --as cron --");
    let line = printed.arg("it's 100% $HOME").run();
    assert!(line.stdout().ends_with("-- 'it'\\''s 100\\% $HOME'\n"), "{line}");
}

/// What is printed besides where the program itself lies in a folder that services do not see, such as a home.
const PROGRAM_SHOWN: &str = "BindReadOnlyPaths=[PATROLL]\n";

#[test]
fn a_service_and_its_timer() {
    let run = patroll()
        .args("-p prod schedule cleanup_expired --older-than 90d --every daily --as systemd");
    let printed = run.run().to_string();
    expect![[r#"
        # /etc/systemd/system/patroll-cleanup-expired.service
        [Unit]
        Description=patroll run cleanup_expired
        Wants=network-online.target
        After=network-online.target
        StartLimitIntervalSec=6h
        StartLimitBurst=5

        [Service]
        Type=exec
        ExecStart=[PATROLL] run cleanup_expired --older-than 90d --profile=prod --timeout=1h
        RuntimeMaxSec=3660
        SuccessExitStatus=75
        RestartForceExitStatus=4 6
        RestartSec=5min
        DynamicUser=yes
        User=patroll
        LoadCredential=databrickscfg:[HOME]/.databrickscfg
        Environment=DATABRICKS_CONFIG_FILE=%d/databrickscfg
        StateDirectory=patroll
        StateDirectoryMode=0700
        Environment=PATROLL_STATE_DIR=%S/patroll
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

        # /etc/systemd/system/patroll-cleanup-expired.timer
        [Unit]
        Description=patroll run cleanup_expired

        [Timer]
        OnCalendar=*-*-* 03:00
        Persistent=true
        RandomizedDelaySec=1h
        FixedRandomDelay=true

        [Install]
        WantedBy=timers.target

        # then: systemctl daemon-reload && systemctl enable --now patroll-cleanup-expired.timer
        --- exit 0
    "#]]
    .assert_eq(&printed.replace(PROGRAM_SHOWN, ""));
}

#[test]
fn a_service_sees_and_writes_only_what_is_named() {
    let run = patroll().file("hosts.txt", "a.example.com\n").file("ca.pem", "");
    let run = run.args("--workspaces hosts.txt schedule ./x.rhai --every hourly --as systemd");
    let run = run.args("--allow-write out --ca-file ca.pem --config-file my.cfg").run();
    let wanted = ["ExecStart", "LoadCredential", "BindReadOnly", "ReadWrite", "StateDir"];
    let lines =
        run.stdout().lines().filter(|line| wanted.iter().any(|start| line.starts_with(start)));
    let lines = lines.filter(|line| *line != PROGRAM_SHOWN.trim_end());
    expect![[r#"
        ExecStart=[PATROLL] run [DIR]/x.rhai --workspaces=[DIR]/hosts.txt --allow-write=[DIR]/out --ca-file=[DIR]/ca.pem --timeout=1h
        LoadCredential=databrickscfg:[DIR]/my.cfg
        StateDirectory=patroll
        StateDirectoryMode=0700
        BindReadOnlyPaths=[DIR]/x.rhai
        BindReadOnlyPaths=[DIR]/hosts.txt
        BindReadOnlyPaths=[DIR]/ca.pem
        ReadWritePaths=[DIR]/out"#]].assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
#[allow(clippy::too_many_lines, reason = "a manifest is compared whole")]
fn a_cron_job_and_its_image() {
    let run = patroll().args("-p prod schedule ./x.rhai --every weekly --as kubernetes");
    run.args("--client-cert c.pem --client-key k.pem").run().expect(expect![[r##"
        # The image, built in patroll's own folder with these files beside it: docker build -t patroll-x:1 .
        #
        #   FROM rust:1-slim-bookworm AS build
        #   WORKDIR /src
        #   COPY . .
        #   RUN cargo build --release --locked
        #   FROM gcr.io/distroless/cc-debian12:nonroot
        #   COPY --from=build /src/target/release/patroll /usr/local/bin/patroll
        #   # [DIR]/x.rhai
        #   COPY x.rhai /etc/patroll/x.rhai
        #   USER 65532:65532
        #   ENTRYPOINT ["/usr/local/bin/patroll"]
        #
        # The profiles: kubectl create secret generic patroll --from-file=databrickscfg=[HOME]/.databrickscfg --from-file=client.crt=[DIR]/c.pem --from-file=client.key=[DIR]/k.pem
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          name: patroll-state
        spec:
          accessModes: [ReadWriteOnce]
          resources:
            requests:
              storage: 1Gi
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata:
          name: patroll-x
        spec:
          schedule: "8 3 * * 1"
          timeZone: Etc/UTC
          concurrencyPolicy: Forbid
          startingDeadlineSeconds: 3600
          jobTemplate:
            spec:
              activeDeadlineSeconds: 14400
              backoffLimit: 3
              podFailurePolicy:
                rules:
                  # A pod that was put out for no fault of its own does not count.
                  - action: Ignore
                    onPodConditions:
                      - type: DisruptionTarget
                  # 4: unreachable, 6: outcome unknown; running again is the cure for both. All else wants a person.
                  - action: Count
                    onExitCodes:
                      containerName: patroll
                      operator: In
                      values: [4, 6]
                  - action: FailJob
                    onExitCodes:
                      containerName: patroll
                      operator: NotIn
                      values: [4, 6]
              template:
                spec:
                  restartPolicy: Never
                  automountServiceAccountToken: false
                  enableServiceLinks: false
                  securityContext:
                    runAsNonRoot: true
                    runAsUser: 65532
                    runAsGroup: 65532
                    fsGroup: 65532
                    seccompProfile:
                      type: RuntimeDefault
                  containers:
                    - name: patroll
                      image: patroll-x:1
                      args:
                        - "run"
                        - "/etc/patroll/x.rhai"
                        - "--profile=prod"
                        - "--client-cert=/run/secrets/patroll/client.crt"
                        - "--client-key=/run/secrets/patroll/client.key"
                        - "--timeout=1h"
                      env:
                        - name: DATABRICKS_CONFIG_FILE
                          value: /run/secrets/patroll/databrickscfg
                        - name: PATROLL_STATE_DIR
                          value: /var/lib/patroll
                        - name: TMPDIR
                          value: /tmp
                      securityContext:
                        allowPrivilegeEscalation: false
                        readOnlyRootFilesystem: true
                        capabilities:
                          drop: [ALL]
                      resources:
                        requests:
                          cpu: 100m
                          memory: 64Mi
                        limits:
                          memory: 512Mi
                      volumeMounts:
                        - name: secret
                          mountPath: /run/secrets/patroll
                          readOnly: true
                        - name: state
                          mountPath: /var/lib/patroll
                        - name: tmp
                          mountPath: /tmp
                  volumes:
                    - name: secret
                      secret:
                        secretName: patroll
                        defaultMode: 0440
                    - name: state
                      persistentVolumeClaim:
                        claimName: patroll-state
                    - name: tmp
                      emptyDir:
                        medium: Memory
                        sizeLimit: 64Mi
        --- exit 0
    "##]]);
}

#[test]
fn a_fleet_is_an_indexed_job() {
    let run = patroll()
        .args("-p prod-* schedule cleanup_expired --every daily --as kubernetes --shard 3");
    let run = run.run();
    let wanted = ["- \"", "ompletion", "arallelism", "Index", "accessModes"];
    let lines = run.stdout().lines().filter(|line| wanted.iter().any(|part| line.contains(part)));
    let lines: Vec<_> = lines.map(str::trim).collect();
    expect![[r#"
        accessModes: [ReadWriteMany]
        completionMode: Indexed
        completions: 3
        parallelism: 3
        backoffLimitPerIndex: 3
        maxFailedIndexes: 3
        - action: FailIndex
        - "run"
        - "cleanup_expired"
        - "--profile=prod-*"
        - "--timeout=1h"
        - "--shard=3""#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn what_cannot_be_scheduled_is_refused() {
    let lines = [
        "schedule cleanup_expried --every daily --as cron",
        "schedule nowhere.rhai --every daily --as cron",
        "schedule wrong.rhai --every daily --as cron",
        "schedule cleanup_expired --oldr-than 3d --every daily --as cron",
        "schedule - --every daily --as cron",
        "schedule x.rhai --every 7m --as cron",
        "schedule x.rhai --every daily --as launchd",
        "schedule x.rhai --as cron",
        "--workspaces - schedule x.rhai --every daily --as cron",
        "--all-profiles -p a schedule x.rhai --every daily --as cron",
    ];
    let mut said = String::new();
    for line in lines {
        let outcome = patroll().file("wrong.rhai", "tokens_lst();").args(line).run();
        write!(said, "$ patroll {line}\n{outcome}").unwrap();
    }
    expect![[r#"
        $ patroll schedule cleanup_expried --every daily --as cron
        --- stderr
        error: cannot load the script cleanup_expried: no bundled script has that name
        hint: did you mean `cleanup_expired`?
        --- exit 2
        $ patroll schedule nowhere.rhai --every daily --as cron
        --- stderr
        error: cannot load the script nowhere.rhai: no such file or directory
        --- exit 2
        $ patroll schedule wrong.rhai --every daily --as cron
        --- stderr
        error: there is no function `tokens_lst`
         --> wrong.rhai:1:1
          |
        1 | tokens_lst();
          | ^^^^^^^^^^
        hint: did you mean `tokens_list`?
        --- exit 2
        $ patroll schedule cleanup_expired --oldr-than 3d --every daily --as cron
        --- stderr
        error: the script has no option `--oldr-than`
        hint: did you mean `--older-than`?
        --- exit 2
        $ patroll schedule - --every daily --as cron
        --- stderr
        error: a schedule needs a script that is still there at night, not stdin
        hint: name a file
        --- exit 2
        $ patroll schedule x.rhai --every 7m --as cron
        --- stderr
        error: invalid value '7m' for '--every <HOW OFTEN>': write hourly, daily, weekly, monthly, minutes that divide an hour or hours that divide a day

        For more information, try '--help'.
        --- exit 2
        $ patroll schedule x.rhai --every daily --as launchd
        --- stderr
        error: invalid value 'launchd' for '--as <SCHEDULER>'
          [possible values: cron, systemd, kubernetes]

        For more information, try '--help'.
        --- exit 2
        $ patroll schedule x.rhai --as cron
        --- stderr
        error: the following required arguments were not provided:
          --every <HOW OFTEN>

        Usage: patroll schedule --every <HOW OFTEN> --as <SCHEDULER> <SCRIPT> [ARGS]...

        For more information, try '--help'.
        --- exit 2
        $ patroll --workspaces - schedule x.rhai --every daily --as cron
        --- stderr
        error: at night nobody writes hosts to stdin
        hint: name a file: --workspaces FILE
        --- exit 2
        $ patroll --all-profiles -p a schedule x.rhai --every daily --as cron
        --- stderr
        error: --all-profiles and --profile contradict each other
        hint: name the workspaces in one way
        --- exit 2
    "#]].assert_eq(&said);
}

#[test]
fn what_the_script_asks_for_and_is_not_given_is_told() {
    let run = patroll().file("n.rhai", "// needs: allow-admin allow-reveal\nprint(1);");
    let run = run.args("schedule n.rhai --every daily --as cron --allow-admin").run();
    assert_eq!(run.code(), 0, "{run}");
    expect![[r#"
        warning: the script asks for --allow-reveal, which these flags do not give it
    "#]]
    .assert_eq(run.stderr());
}
