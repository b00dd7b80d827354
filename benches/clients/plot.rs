//! Lines on logarithmic axes, as SVG.

use std::fmt::Write as _;

pub struct Plot {
    pub title: String,
    pub across: String,
    pub up: String,
    /// The name and the points of each line.
    pub lines: Vec<(String, Vec<(f64, f64)>)>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;
const COLOURS: [&str; 6] = ["#1b6ca8", "#c1440e", "#2e8b57", "#7b4fa6", "#946c00", "#555555"];

impl Plot {
    pub fn svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|(_, points)| points.iter().copied());
        let span = |of: fn((f64, f64)) -> f64| {
            let logs = points().map(of).filter(|value| *value > 0.0).map(f64::log10);
            logs.fold((f64::MAX, f64::MIN), |(low, high), log| (low.min(log), high.max(log)))
        };
        let (left, right) = span(|(x, _)| x);
        let (low, high) = span(|(_, y)| y);
        let (low, high) = (low.floor(), high.ceil());
        let x =
            |value: f64| LEFT + (value.log10() - left) / (right - left) * (WIDTH - LEFT - RIGHT);
        let y = |value: f64| {
            HEIGHT - BOTTOM - (value.log10() - low) / (high - low) * (HEIGHT - TOP - BOTTOM)
        };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
             font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
             <text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{}</text>\n\
             <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
            self.title,
            (LEFT + WIDTH - RIGHT) / 2.0,
            HEIGHT - 12.0,
            self.across,
            HEIGHT / 2.0,
            self.up,
        );
        for power in low as i32..=high as i32 {
            let value = 10_f64.powi(power);
            let _ = writeln!(
                svg,
                "<line x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{:.1}\" y2=\"{1:.1}\" stroke=\"#ddd\"/>\n\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value}</text>",
                WIDTH - RIGHT,
                y(value),
                LEFT - 8.0,
                y(value) + 4.0,
            );
        }
        let mut across: Vec<f64> = points().map(|(x, _)| x).collect();
        across.sort_by(f64::total_cmp);
        across.dedup();
        for value in across {
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{value}</text>",
                x(value),
                HEIGHT - BOTTOM + 18.0,
            );
        }
        let mut names: Vec<(f64, usize)> = Vec::new();
        for (index, (_, points)) in self.lines.iter().enumerate() {
            let colour = COLOURS[index % COLOURS.len()];
            let path: Vec<_> = points
                .iter()
                .map(|(across, up)| format!("{:.1},{:.1}", x(*across), y(*up)))
                .collect();
            let _ = writeln!(
                svg,
                "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{}\"/>",
                path.join(" "),
            );
            if let Some((_, last)) = points.last() {
                names.push((y(*last), index));
            }
        }
        // The names are at the ends of their lines, and never overlap.
        names.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut above = 0.0;
        for (at, index) in names {
            let at = at.max(above + 14.0);
            above = at;
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{}\">{}</text>",
                WIDTH - RIGHT + 6.0,
                at + 4.0,
                COLOURS[index % COLOURS.len()],
                self.lines[index].0,
            );
        }
        svg + "</svg>\n"
    }

    /// The points as comma-separated values: a row for each x value, a column for each line.
    pub fn csv(&self) -> String {
        let names: Vec<_> = self.lines.iter().map(|(name, _)| name.as_str()).collect();
        let mut csv = format!("{},{}\n", self.across.replace(',', ";"), names.join(","));
        let mut across: Vec<f64> =
            self.lines.iter().flat_map(|(_, points)| points.iter().map(|(x, _)| *x)).collect();
        across.sort_by(f64::total_cmp);
        across.dedup();
        for value in across {
            let _ = write!(csv, "{value}");
            for (_, points) in &self.lines {
                let up = points.iter().find(|(x, _)| *x == value);
                let _ =
                    write!(csv, ",{}", up.map_or_else(String::new, |(_, up)| format!("{up:.2}")));
            }
            csv.push('\n');
        }
        csv
    }
}
