//! Draws the fuel ratios.

use crate::guests::Style;
use crate::measured::Measured;
use std::fmt::Write;

/// The left and right ends of the bars, in pixels from the left.
const LEFT: f64 = 320.0;
const RIGHT: f64 = 890.0;
const WIDTH: f64 = 960.0;
/// The position of the first case.
const TOP: f64 = 84.0;
/// The height of a case, and of each of its two bars.
const CASE: f64 = 34.0;
const BAR: f64 = 11.0;
/// The range of the scale, and the positions of its lines.
const LEAST: f64 = 0.004;
const MOST: f64 = 3.0;
const TICKS: [f64; 9] = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0];

/// The style, on light and on dark backgrounds.
const STYLE: &str = "\
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-size: 15px; font-weight: 600; }
.small { font-size: 11px; }
.ground { fill: #ffffff; }
.line { stroke: #d0d7de; stroke-width: 1; }
.one { stroke: #1f2328; stroke-width: 1.5; }
.embedded { fill: #0969da; }
.facade { fill: #bc4c00; }
.goal { fill: none; stroke: #1a7f37; stroke-width: 2.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .ground { fill: #0d1117; }
  .line { stroke: #30363d; }
  .one { stroke: #e6edf3; }
  .embedded { fill: #58a6ff; }
  .facade { fill: #f0883e; }
  .goal { stroke: #3fb950; }
}";

/// Draws each case's fuel for the core and for the facade, relative to the guest by hand, and the goals.
#[must_use]
pub fn svg(measured: &[Measured]) -> String {
    let height = TOP + CASE * measured.len() as f64 + 46.0;
    let bottom = TOP + CASE * measured.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"Fuel of each case, by hand being 1\">\n<style>\n{STYLE}\n</style>\n\
         <rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
         <text class=\"title\" x=\"16\" y=\"26\">Fuel, the same work by hand being 1</text>\n"
    );
    legend(&mut svg);
    for tick in TICKS {
        let (x, class) = (place(tick), if tick == 1.0 { "one" } else { "line" });
        line(&mut svg, class, (x, TOP - 6.0), (x, bottom));
        text(
            &mut svg,
            "small",
            "middle",
            (x, bottom + 16.0),
            &tick.to_string(),
        );
    }
    let about = "fuel to that by hand (logarithmic; further left is less)";
    let middle = (LEFT + RIGHT) / 2.0;
    text(&mut svg, "small", "middle", (middle, bottom + 36.0), about);
    for (number, m) in measured.iter().enumerate() {
        case(&mut svg, TOP + CASE * number as f64, m);
    }
    svg + "</svg>\n"
}

fn legend(svg: &mut String) {
    let y = 50.0;
    for (x, class, name) in [
        (LEFT, "embedded", "embedded core"),
        (LEFT + 140.0, "facade", "std facade"),
    ] {
        bar(svg, class, (x, x + 14.0), y - 10.0);
        text(svg, "", "start", (x + 20.0, y), name);
    }
    let x = LEFT + 260.0;
    line(svg, "goal", (x, y - 12.0), (x, y + 3.0));
    text(
        svg,
        "",
        "start",
        (x + 8.0, y),
        "goal: not to the right of this",
    );
}

fn case(svg: &mut String, y: f64, m: &Measured) {
    let name = (LEFT - 12.0, y + BAR + 5.0);
    text(svg, "", "end", name, &label(m));
    for (row, style) in [Style::Embedded, Style::Facade].into_iter().enumerate() {
        let y = y + row as f64 * (BAR + 2.0);
        let ratio = m.style(style).fuel_ratio;
        let (one, end) = (place(1.0), place(ratio));
        let class = if style == Style::Embedded {
            "embedded"
        } else {
            "facade"
        };
        bar(
            svg,
            class,
            (one.min(end), one.max(end).max(one.min(end) + 1.0)),
            y,
        );
        let figure = format!("{ratio:.3}");
        let goal = m
            .goals
            .iter()
            .find(|v| v.style == style.name() && v.fuel_at_most.is_some());
        let goal = goal.and_then(|v| v.fuel_at_most).map(place);
        if let Some(x) = goal {
            line(svg, "goal", (x, y - 0.5), (x, y + BAR + 0.5));
        }
        // Beside the bar, clear of the mark.
        if ratio < 1.0 {
            let x = goal.map_or(end, |goal| {
                if (end - 44.0..end).contains(&goal) {
                    goal
                } else {
                    end
                }
            });
            text(svg, "small", "end", (x - 5.0, y + BAR - 1.5), &figure);
        } else {
            text(svg, "small", "start", (end + 5.0, y + BAR - 1.5), &figure);
        }
    }
}

/// Returns the case's name, with the amount if it was shortened.
fn label(m: &Measured) -> String {
    let escaped = m.about.replace('&', "&amp;").replace('<', "&lt;");
    if m.shortened {
        format!("{escaped} (cut short)")
    } else {
        escaped
    }
}

/// Returns the position of a ratio, from the left.
fn place(ratio: f64) -> f64 {
    let part = (ratio.clamp(LEAST, MOST) / LEAST).ln() / (MOST / LEAST).ln();
    LEFT + part * (RIGHT - LEFT)
}

// Writing to a `String` cannot fail.

fn bar(svg: &mut String, class: &str, (from, to): (f64, f64), y: f64) {
    let width = to - from;
    let _ = writeln!(
        svg,
        "<rect class=\"{class}\" x=\"{from:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BAR}\"/>"
    );
}

fn line(svg: &mut String, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let _ = writeln!(
        svg,
        "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
    );
}

fn text(svg: &mut String, class: &str, anchor: &str, (x, y): (f64, f64), words: &str) {
    let _ = writeln!(
        svg,
        "<text class=\"{class}\" text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>"
    );
}
