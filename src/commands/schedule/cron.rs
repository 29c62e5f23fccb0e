//! A line of a crontab.

use super::{Job, words};

/// Returns the line, with what to do with it.
pub fn write(job: &Job) -> String {
    let command = job.command(&job.program.display().to_string(), &job.script_here(), &job.flags);
    let time = job.crontab_time();
    format!(
        "# {}: add this line by `crontab -e`; cron mails what it says, which is nothing if nothing changed\n{time} {}",
        job.name,
        words::for_crontab(&command)
    )
}
