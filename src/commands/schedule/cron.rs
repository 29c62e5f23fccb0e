//! A line of a crontab.

use super::{Flag, Job, words};

/// Returns the line, with what to do with it.
pub fn write(job: &Job) -> String {
    let mut flags = job.flags.clone();
    // cron itself starts a run beside one that still goes on, and everybody's at the same minute.
    for (name, usual) in [("lock", job.name.as_str()), ("jitter", "5m")] {
        if job.values(name).next().is_none() {
            let value = Some(usual.to_owned());
            flags.push(Flag { name: name.to_owned(), value, is_path: false });
        }
    }
    let command = job.command(&job.program.display().to_string(), &job.script_here(), &flags);
    let time = job.crontab_time();
    format!(
        "# {}: add this line by `crontab -e`; cron mails what it says, which is nothing if nothing changed\n{time} {}",
        job.name,
        words::for_crontab(&command)
    )
}
