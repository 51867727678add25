//! Checks whether the goals are met.

use crate::goals::{Goal, KERNEL_CALLS_MORE};
use crate::guests::Style;
use crate::measured::{Measured, Styled, Verdict};
use harness_host::table::grouped;

/// Checks a measurement against the goal.
#[must_use]
pub fn judge(goal: Goal, measured: &Measured) -> Verdict {
    match goal {
        Goal::Fuel(style, most) => {
            let (own, hand) = (
                measured.style(style).run.fuel,
                measured.style(Style::Hand).run.fuel,
            );
            Verdict {
                fuel_at_most: Some(most as f64 / 100.0),
                ..ratio(style, "by hand", own, hand, most)
            }
        }
        Goal::Floor(style, floor, most) => {
            let base = measured.floors.get(floor).copied().unwrap_or(0);
            let what = if floor == "floor_load" {
                "only loading"
            } else {
                "only storing"
            };
            ratio(style, what, measured.style(style).run.fuel, base, most)
        }
        Goal::CallEvery(style, name, bytes) => {
            let run = &measured.style(style).run;
            let most = run.bytes.div_ceil(bytes);
            calls(
                style,
                name,
                measured,
                |n| n <= most,
                format!("at most {most}"),
            )
        }
        Goal::Calls(style, name, exactly) => {
            let want = exactly * measured.count;
            calls(style, name, measured, |n| n == want, want.to_string())
        }
        Goal::SameCalls(style) => {
            let own = &measured.style(style).run.host_calls;
            let hand = &measured.style(Style::Hand).run.host_calls;
            Verdict {
                style: style.name(),
                goal: "the same host calls as by hand".to_owned(),
                measured: format!(
                    "{} to {}",
                    own.values().sum::<u64>(),
                    hand.values().sum::<u64>()
                ),
                met: own == hand,
                fuel_at_most: None,
            }
        }
        Goal::KernelCalls(style) => {
            let own = measured.style(style).kernel_calls();
            let hand = measured.style(Style::Hand).kernel_calls();
            Verdict {
                style: style.name(),
                goal: format!("kernel calls: at most {KERNEL_CALLS_MORE} more than by hand"),
                measured: format!("{} to {}", grouped(own), grouped(hand)),
                met: hand > 0 && own <= hand.saturating_add(KERNEL_CALLS_MORE),
                fuel_at_most: None,
            }
        }
        Goal::NothingLeft => both(
            measured,
            "no live block, no open connection",
            |s| format!("{}, {}", s.run.live_blocks, s.run.open_connections),
            |s| s.run.live_blocks == 0 && s.run.open_connections == 0,
        ),
        Goal::Flat => both(
            measured,
            "no page more than after a short run, kernel and guest",
            |s| {
                let pages = |run: &crate::run::Run| (run.kernel_bytes / 65_536, run.guest_pages);
                let (kernel, guest) = pages(&s.run);
                let (warm_kernel, warm_guest) = s.warm.as_ref().map_or((0, 0), pages);
                format!(
                    "+{}, +{}",
                    kernel.saturating_sub(warm_kernel),
                    guest.saturating_sub(warm_guest)
                )
            },
            |s| {
                s.warm.as_ref().is_some_and(|warm| {
                    s.run.kernel_bytes <= warm.kernel_bytes && s.run.guest_pages <= warm.guest_pages
                })
            },
        ),
        Goal::Heap => both(
            measured,
            "no heap allocation more than in a short run",
            |s| {
                let warm = s.warm.as_ref().map_or(0, |warm| warm.heap_allocations);
                format!("+{}", s.run.heap_allocations.saturating_sub(warm))
            },
            |s| {
                s.warm
                    .as_ref()
                    .is_some_and(|warm| s.run.heap_allocations <= warm.heap_allocations)
            },
        ),
        Goal::Steady(percent) => both(
            measured,
            &format!("the end within {percent} % of the start, by fuel an operation"),
            |s| match s.steady {
                Some((start, end)) => format!("{:+.2} %", (end / start - 1.0) * 100.0),
                None => "not measured".to_owned(),
            },
            |s| {
                s.steady
                    .is_some_and(|(start, end)| (end / start - 1.0).abs() * 100.0 <= percent as f64)
            },
        ),
    }
}

fn ratio(style: Style, to: &str, own: u64, base: u64, most: u64) -> Verdict {
    Verdict {
        style: style.name(),
        goal: format!("fuel at most {}.{:02} x {to}", most / 100, most % 100),
        measured: format!("{:.3}", own as f64 / base as f64),
        met: base > 0 && u128::from(own) * 100 <= u128::from(base) * u128::from(most),
        fuel_at_most: None,
    }
}

fn calls(
    style: Style,
    name: &'static str,
    measured: &Measured,
    enough: impl Fn(u64) -> bool,
    most: String,
) -> Verdict {
    let calls = &measured.style(style).run.host_calls;
    let n = calls.get(name).copied().unwrap_or(0);
    Verdict {
        style: style.name(),
        goal: format!("{name}: {most}"),
        measured: n.to_string(),
        met: enough(n),
        fuel_at_most: None,
    }
}

/// Checks both of the library's guests.
fn both(
    measured: &Measured,
    goal: &str,
    words: impl Fn(&Styled) -> String,
    met: impl Fn(&Styled) -> bool,
) -> Verdict {
    let own = [Style::Embedded, Style::Facade].map(|style| measured.style(style));
    Verdict {
        style: "both",
        goal: goal.to_owned(),
        measured: own.map(&words).join("; "),
        met: own.into_iter().all(met),
        fuel_at_most: None,
    }
}
