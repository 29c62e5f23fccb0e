//! What can be typed behind `patroll schedule`.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

use crate::clock::Duration;

/// What is to be run, how often, and by what.
#[derive(Debug, Args)]
pub struct Schedule {
    /// The script, as with `run`
    pub script: String,
    /// The script's own options and arguments
    #[arg(value_name = "ARGS")]
    pub arguments: Vec<String>,
    /// How often: hourly, daily, weekly, monthly, or such as 15m or 6h
    #[arg(long, value_name = "HOW OFTEN", value_parser = Every::parse)]
    pub every: Every,
    /// For which scheduler
    #[arg(long = "as", value_name = "SCHEDULER", hide_possible_values = false)]
    pub scheduler: Scheduler,
}

/// What starts the runs.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Scheduler {
    /// A crontab line
    Cron,
    /// A service and its timer
    Systemd,
    /// A `CronJob` and its Dockerfile
    Kubernetes,
}

/// How often runs are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Every so many minutes, which divide an hour.
    Minutes(u32),
    /// Every so many hours, which divide a day.
    Hours(u32),
    /// At night.
    Daily,
    /// In the night to Monday.
    Weekly,
    /// In the first night.
    Monthly,
}

impl Every {
    /// Reads it; the error says what is wrong with it.
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "hourly" => return Ok(Self::Hours(1)),
            "daily" => return Ok(Self::Daily),
            "weekly" => return Ok(Self::Weekly),
            "monthly" => return Ok(Self::Monthly),
            _ => {}
        }
        let wrong = "write hourly, daily, weekly, monthly, minutes that divide an hour or hours that divide a day";
        let seconds = Duration::parse(text).map_err(|_| wrong)?.seconds();
        let minutes =
            u32::try_from(seconds / 60).ok().filter(|_| seconds % 60 == 0).ok_or(wrong)?;
        match minutes {
            1440 => Ok(Self::Daily),
            minutes @ 1..60 if 60 % minutes == 0 => Ok(Self::Minutes(minutes)),
            minutes @ 60..1440 if 1440 % minutes == 0 && minutes % 60 == 0 => {
                Ok(Self::Hours(minutes / 60))
            }
            _ => Err(wrong.to_owned()),
        }
    }
}

/// A global flag as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its name, without the dashes.
    pub name: String,
    /// Its value, if it has one.
    pub value: Option<OsString>,
    /// Whether that is a path.
    pub is_path: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_fits_into_an_hour_or_a_day() {
        let good = [
            ("hourly", Every::Hours(1)),
            ("60m", Every::Hours(1)),
            ("15m", Every::Minutes(15)),
            ("6h", Every::Hours(6)),
            ("24h", Every::Daily),
            ("1d", Every::Daily),
        ];
        for (text, every) in good {
            assert_eq!(Every::parse(text), Ok(every), "{text}");
        }
        for text in ["", "often", "0m", "-5m", "7m", "90m", "5h", "90s", "2d", "never"] {
            assert!(Every::parse(text).is_err(), "{text}");
        }
    }
}
