//! How many requests may be on their way at once, as the answers tell: more with each success, half after a refusal, none
//! while the workspace asks to be left alone. Pure: instants come from the caller; who waits for its turn is `throttle`'s.

use std::time::{Duration, Instant};

use super::retry::Pace;

/// The state of the traffic with one workspace.
pub struct Flow {
    pace: Pace,
    most: usize,
    /// How many may be on their way.
    limit: usize,
    /// The successes since the limit last grew.
    earned: usize,
    /// Up to here each success adds one, which doubles the limit in each round; above, a whole round does.
    safe: usize,
    flying: usize,
    /// Until when nothing may leave.
    closed_until: Option<Instant>,
    /// Since when a refusal is news: those that left before have been heeded.
    heeded: Instant,
    /// The refusals heeded since the last success.
    streak: u32,
    /// When something last succeeded, or was begun.
    moved: Instant,
}

/// What the next request has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Leave.
    Go,
    /// Look again after this time.
    After(Duration),
    /// Look again when another has landed.
    AfterAnother,
    /// Stay: the workspace asks for more patience than there is.
    Never,
}

impl Flow {
    /// Allows at most `most` on their way.
    pub fn new(most: usize, pace: Pace, now: Instant) -> Self {
        let most = most.max(1);
        Self {
            pace,
            most,
            limit: 1,
            earned: 0,
            safe: most,
            flying: 0,
            closed_until: None,
            heeded: now,
            streak: 0,
            moved: now,
        }
    }

    /// Takes note that work begins: the first request goes alone, as what befalls it may befall them all, and what was
    /// before is no reason to give up.
    pub fn begin(&mut self, now: Instant) {
        if self.flying == 0 {
            (self.limit, self.earned, self.closed_until) = (1, 0, None);
            self.moved = now;
        }
    }

    /// Decides about one that wants to leave; counted as on its way if it may.
    pub fn leave(&mut self, now: Instant) -> Verdict {
        if let Some(until) = self.closed_until {
            let left = until.saturating_duration_since(now);
            if !left.is_zero() {
                return if self.can_wait(left, now) {
                    Verdict::After(left)
                } else {
                    Verdict::Never
                };
            }
            self.closed_until = None;
        }
        if self.flying >= self.limit {
            return Verdict::AfterAnother;
        }
        self.flying += 1;
        Verdict::Go
    }

    /// Takes note that one landed, whatever came of it.
    pub fn land(&mut self) {
        self.flying = self.flying.saturating_sub(1);
    }

    /// Takes note of a success.
    pub fn succeed(&mut self, now: Instant) {
        self.streak = 0;
        self.moved = now;
        self.earned += 1;
        if self.limit < self.safe || self.earned >= self.limit {
            self.earned = 0;
            self.limit = (self.limit + 1).min(self.most);
        }
    }

    /// Takes note of a refusal of one that left at `left`; `asked` is how long the workspace wants to be left alone, and
    /// `chance`, from 0 to 1, spreads those who failed together. Returns whether there is patience for another try.
    pub fn refuse(
        &mut self,
        left: Instant,
        asked: Option<Duration>,
        chance: f64,
        now: Instant,
    ) -> bool {
        if left >= self.heeded {
            self.heeded = now;
            self.streak = self.streak.saturating_add(1);
            self.safe = (self.limit / 2).max(1);
            (self.limit, self.earned) = (self.safe, 0);
        }
        let wait = asked.unwrap_or_else(|| self.pace.wait(self.streak.max(1), chance));
        let longest = self.pace.budget.saturating_mul(2);
        self.closed_until = self.closed_until.max(now.checked_add(wait.min(longest)));
        self.can_wait(wait, now)
    }

    fn can_wait(&self, wait: Duration, now: Instant) -> bool {
        let idle = now.saturating_duration_since(self.moved);
        idle.saturating_add(wait) <= self.pace.budget
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const SECOND: Duration = Duration::from_secs(1);

    fn flow(most: usize) -> (Flow, Instant) {
        let now = Instant::now();
        (Flow::new(most, Pace::default(), now), now)
    }

    /// Sends as many as may leave, and lets all succeed; returns how many they were.
    fn round(flow: &mut Flow, now: Instant) -> usize {
        let left =
            std::iter::repeat_with(|| flow.leave(now)).take_while(|turn| *turn == Verdict::Go);
        let left = left.count();
        for _ in 0..left {
            flow.land();
            flow.succeed(now);
        }
        left
    }

    #[test]
    fn the_first_goes_alone_and_then_it_doubles_up_to_the_bound() {
        let (mut flow, now) = flow(32);
        let rounds: Vec<_> = (0..7).map(|_| round(&mut flow, now)).collect();
        assert_eq!(rounds, [1, 2, 4, 8, 16, 32, 32]);
        flow.begin(now);
        assert_eq!(round(&mut flow, now), 1);
        let (mut flow, now) = self::flow(0);
        assert_eq!([round(&mut flow, now), round(&mut flow, now)], [1, 1]);
    }

    #[test]
    fn a_refusal_halves_it_once_and_then_it_grows_by_one_a_round() {
        let (mut flow, now) = flow(32);
        while flow.limit < 32 {
            round(&mut flow, now);
        }
        let (left, later) = (now + MS, now + 2 * MS);
        for _ in 0..32 {
            assert_eq!(flow.leave(left), Verdict::Go);
        }
        for _ in 0..32 {
            flow.land();
            assert!(flow.refuse(left, Some(SECOND), 0.0, later));
        }
        // All of them left before the first was heeded.
        assert_eq!(flow.limit, 16);
        assert_eq!(flow.leave(later), Verdict::After(SECOND));
        let open = later + SECOND;
        let rounds: Vec<_> = (0..3).map(|_| round(&mut flow, open)).collect();
        assert_eq!(rounds, [16, 17, 18]);
    }

    #[test]
    fn it_never_falls_below_one() {
        let (mut flow, mut now) = flow(2);
        for _ in 0..10 {
            now += MS;
            flow.refuse(now, Some(Duration::ZERO), 0.0, now);
        }
        assert_eq!(
            (flow.limit, flow.leave(now), flow.leave(now)),
            (1, Verdict::Go, Verdict::AfterAnother)
        );
    }

    #[test]
    fn without_a_word_from_the_workspace_the_wait_grows_until_something_succeeds() {
        let (mut flow, now) = flow(8);
        let mut wait = |left: Instant| {
            flow.refuse(left, None, 1.0, left);
            match flow.leave(left) {
                Verdict::After(wait) => wait.as_millis(),
                _ => 0,
            }
        };
        let waits: Vec<_> = (1..5).map(|count| wait(now + 10 * count * SECOND)).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000]);
        let later = now + 50 * SECOND;
        assert_eq!(flow.leave(later), Verdict::Go);
        flow.land();
        flow.succeed(later);
        flow.refuse(later, None, 1.0, later);
        assert_eq!(flow.leave(later), Verdict::After(500 * MS));
    }

    #[test]
    fn patience_ends_when_nothing_succeeds_or_the_wait_is_too_long() {
        let (mut flow, now) = flow(8);
        assert!(flow.refuse(now, Some(60 * SECOND), 0.0, now));
        assert!(!flow.refuse(now, Some(61 * SECOND), 0.0, now));
        assert_eq!(flow.leave(now), Verdict::Never);
        assert!(!flow.refuse(now, Some(SECOND), 0.0, now + 60 * SECOND));
        flow.succeed(now + 50 * SECOND);
        assert!(flow.refuse(now, Some(SECOND), 0.0, now + 60 * SECOND));
        let (mut flow, now) = self::flow(8);
        assert!(!flow.refuse(now, Some(Duration::MAX), 0.0, now));
        // Whoever begins again is let through once.
        let later = now + SECOND;
        flow.begin(later);
        assert_eq!(flow.leave(later), Verdict::Go);
        assert!(flow.refuse(later, Some(SECOND), 0.0, later));
    }
}
