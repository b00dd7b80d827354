//! A soak's samples as a drawing.

use std::fmt::Write as _;

use crate::soak::Sample;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 120.0;
/// Around each panel, for what is written there.
const LEFT: f64 = 60.0;
const ABOVE: f64 = 30.0;

/// One panel for each figure, all from zero, over the same time.
pub(crate) fn svg(samples: &[Sample]) -> String {
    let panels: [(&str, Vec<f64>); 4] = [
        ("resident memory, MiB", all(samples, |sample| sample.resident_kib as f64 / 1024.0)),
        ("threads", all(samples, |sample| sample.threads as f64)),
        ("descriptors", all(samples, |sample| sample.descriptors as f64)),
        ("thousands of requests a second", rates(samples)),
    ];
    let times = all(samples, |sample| sample.seconds);
    let (width, height) = (LEFT + WIDTH + 20.0, (HEIGHT + ABOVE) * panels.len() as f64 + 30.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (number, (title, figures)) in panels.iter().enumerate() {
        let top = ABOVE + number as f64 * (HEIGHT + ABOVE);
        panel(&mut svg, top, title, &times, figures);
    }
    let (bottom, end) = (height - 10.0, times.last().copied().unwrap_or_default());
    writeln!(svg, "<text x=\"{LEFT}\" y=\"{bottom}\">0 s</text>").unwrap();
    let right = LEFT + WIDTH;
    writeln!(svg, "<text x=\"{right}\" y=\"{bottom}\" text-anchor=\"end\">{end:.0} s</text>")
        .unwrap();
    svg + "</svg>\n"
}

fn all(samples: &[Sample], figure: fn(&Sample) -> f64) -> Vec<f64> {
    samples.iter().map(figure).collect()
}

/// Between each sample and the one before.
fn rates(samples: &[Sample]) -> Vec<f64> {
    let first = samples.first().map(|first| first.requests as f64 / first.seconds / 1000.0);
    let later = samples.windows(2).map(|pair| {
        (pair[1].requests - pair[0].requests) as f64 / (pair[1].seconds - pair[0].seconds) / 1000.0
    });
    first.into_iter().chain(later).collect()
}

fn panel(svg: &mut String, top: f64, title: &str, times: &[f64], figures: &[f64]) {
    let highest = figures.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let end = times.last().copied().unwrap_or(1.0);
    let bottom = top + HEIGHT;
    let points: Vec<String> = times
        .iter()
        .zip(figures)
        .map(|(time, figure)| {
            let (x, y) = (LEFT + WIDTH * time / end, bottom - HEIGHT * figure / highest);
            format!("{x:.1},{y:.1}")
        })
        .collect();
    let (axis, points) = (LEFT - 6.0, points.join(" "));
    writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{title_at}\">{title}</text>\n\
         <text x=\"{axis}\" y=\"{highest_at}\" text-anchor=\"end\">{highest:.1}</text>\n\
         <text x=\"{axis}\" y=\"{bottom}\" text-anchor=\"end\">0</text>\n\
         <rect x=\"{LEFT}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"none\" stroke=\"#ccc\"/>\n\
         <polyline points=\"{points}\" fill=\"none\" stroke=\"#1f6feb\"/>",
        title_at = top - 6.0,
        highest_at = top + 10.0,
    )
    .unwrap();
}
