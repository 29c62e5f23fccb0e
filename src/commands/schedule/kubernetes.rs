//! A Kubernetes `CronJob` that runs without rights, and the Dockerfile of its image; a fleet becomes an indexed job.

use std::fmt::Write as _;
use std::path::Path;

use super::{Flag, Job, WRITTEN, words};
use crate::settings::Shard;

/// As many pods share a fleet, if nobody says otherwise.
const USUAL_SHARDS: usize = 4;

/// Where the image has files.
const FILES: &str = "/etc/patroll";

/// Where the volume is mounted that outlives the pods.
const STATE: &str = "/var/lib/patroll";

/// Where the secret is mounted.
const SECRET: &str = "/run/secrets/patroll";

/// Flags of files that hold secrets, with their keys in the secret.
const SECRET_FILES: [(&str, &str); 2] =
    [("client-cert", "client.crt"), ("client-key", "client.key")];

/// Returns both, with what to do with them in comments, so that `kubectl apply -f -` takes the whole.
pub fn write(job: &Job, shard: Option<Shard>) -> String {
    let shards = job.is_fleet.then(|| shard.map_or(USUAL_SHARDS, |shard| shard.count));
    let mut files = Vec::new();
    let script = match &job.file {
        Some(file) => place(file, &mut files),
        None => job.script.clone(),
    };
    let mut flags = Vec::new();
    for flag in job.flags_but(&["config-file", "state-dir", "shard"]) {
        flags.push(move_in(flag, &mut files));
    }
    if let Some(count) = shards {
        flags.push(Flag {
            name: "shard".to_owned(),
            value: Some(count.to_string()),
            is_path: false,
        });
    }
    let arguments = &job.command("patroll", &script, &flags)[1..];
    format!("{}{}", preparation(job, &files), cron_job(job, arguments, shards))
}

/// Gives a file its place in the image.
fn place(file: &Path, files: &mut Vec<(String, String)>) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let inside = format!("{FILES}/{name}");
    files.push((file.display().to_string(), inside.clone()));
    inside
}

/// Returns a flag as the pod has it: what it reads lies in the image or in the secret, what it writes in the volume.
fn move_in(flag: Flag, files: &mut Vec<(String, String)>) -> Flag {
    let secret = SECRET_FILES.iter().find(|(name, _)| *name == flag.name);
    let value = match (&flag.value, secret) {
        (Some(_), Some((_, key))) => Some(format!("{SECRET}/{key}")),
        (Some(path), None) if WRITTEN.contains(&flag.name.as_str()) && path != "-" => {
            let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
            Some(format!("{STATE}/{name}"))
        }
        (Some(path), None) if flag.is_path && path != "-" && !flag.name.starts_with("allow-") => {
            Some(place(Path::new(path), files))
        }
        (value, _) => value.clone(),
    };
    Flag { value, ..flag }
}

/// Returns the Dockerfile and the making of the secret, as comments.
fn preparation(job: &Job, files: &[(String, String)]) -> String {
    let mut keys = format!("--from-file=databrickscfg={}", job.config_file.display());
    for (flag, key) in SECRET_FILES {
        for path in job.values(flag) {
            let _ = write!(keys, " --from-file={key}={path}");
        }
    }
    let mut text = format!(
        "# The image, built in patroll's own folder with these files beside it: docker build -t {}:1 .\n#\n",
        job.name
    );
    for line in DOCKERFILE.lines() {
        if line.starts_with("USER") {
            for (outside, inside) in files {
                let name = Path::new(inside).file_name().unwrap_or_default().to_string_lossy();
                let _ = writeln!(text, "#   # {outside}\n#   COPY {name} {inside}");
            }
        }
        let _ = writeln!(text, "#   {line}");
    }
    let _ = writeln!(text, "#\n# The profiles: kubectl create secret generic patroll {keys}");
    text
}

const DOCKERFILE: &str = "\
FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/release/patroll /usr/local/bin/patroll
USER 65532:65532
ENTRYPOINT [\"/usr/local/bin/patroll\"]";

/// Returns the volume and the job.
fn cron_job(job: &Job, arguments: &[String], shards: Option<usize>) -> String {
    let name = &job.name;
    let indexed = shards.map_or(String::new(), |count| {
        format!(
            "      # Each pod takes every {count}th workspace; one that fails does not stop the others.\n      \
            completionMode: Indexed\n      completions: {count}\n      parallelism: {count}\n      \
            backoffLimitPerIndex: 3\n      maxFailedIndexes: {count}\n"
        )
    });
    let retries = if shards.is_some() { "" } else { "      backoffLimit: 3\n" };
    let give_up = if shards.is_some() { "FailIndex" } else { "FailJob" };
    let access = if shards.is_some() { "ReadWriteMany" } else { "ReadWriteOnce" };
    format!(
        "apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: patroll-state
spec:
  accessModes: [{access}]
  resources:
    requests:
      storage: 1Gi
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {name}
spec:
  schedule: {schedule}
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  jobTemplate:
    spec:
      activeDeadlineSeconds: {deadline}
{indexed}{retries}      podFailurePolicy:
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
          - action: {give_up}
            onExitCodes:
              containerName: patroll
              operator: NotIn
              values: [4, 6]
      template:
{pod}",
        pod = pod(job, arguments),
        schedule = words::for_yaml(&job.crontab_time()),
        // Every pod of the job has its time, and each try.
        deadline = job.limit.seconds().saturating_mul(4).max(3600),
    )
}

/// Returns what runs, and all that it sees.
fn pod(job: &Job, arguments: &[String]) -> String {
    let mut list = String::new();
    for word in arguments {
        // `$(NAME)` would be filled in by Kubernetes.
        let _ = writeln!(list, "                - {}", words::for_yaml(&word.replace("$(", "$$(")));
    }
    let name = &job.name;
    format!(
        "        spec:
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
              image: {name}:1
              args:
{list}              env:
                - name: DATABRICKS_CONFIG_FILE
                  value: {SECRET}/databrickscfg
                - name: PATROLL_STATE_DIR
                  value: {STATE}
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
                  mountPath: {SECRET}
                  readOnly: true
                - name: state
                  mountPath: {STATE}
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
                sizeLimit: 64Mi"
    )
}
