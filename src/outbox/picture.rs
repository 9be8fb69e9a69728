//! Bars with intervals as a PNG, for mails: most mailboxes show no SVG. The lines bear the numbers
//! of the table's lines; there is no other text, so no fonts are needed.

use std::fmt::Write;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

const WIDTH: f64 = 600.0;
const LINE: f64 = 22.0;
/// Room for the numbers at the left, and at the right end.
const LEFT: f64 = 44.0;
const RIGHT: f64 = 12.0;
const EDGE: f64 = 8.0;
/// Drawn twice as large, for sharp screens.
const SCALE: f32 = 2.0;
/// At most so many lines are drawn.
const MOST: usize = 60;

/// A line of the picture; places from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) number: usize,
    /// `None`: too few answers, only the interval is drawn.
    pub(super) score: Option<f64>,
    pub(super) interval: Option<(f64, f64)>,
}

/// Bars of one measure.
pub(super) struct Picture {
    pub(super) lines: Vec<Line>,
    /// Whether zero stands in the middle.
    pub(super) signed: bool,
}

impl Picture {
    /// The picture as a PNG.
    pub(super) fn png(&self) -> Result<Vec<u8>, String> {
        let tree = Tree::from_str(&self.svg(), &Options::default()).map_err(|f| f.to_string())?;
        let size = tree.size().to_int_size();
        let (wide, high) = (size.width() * SCALE as u32, size.height() * SCALE as u32);
        let mut pixels = Pixmap::new(wide, high).ok_or("the picture has no size")?;
        resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
        pixels.encode_png().map_err(|fault| fault.to_string())
    }

    fn svg(&self) -> String {
        let lines = &self.lines[..self.lines.len().min(MOST)];
        let high = lines.len() as f64 * LINE + 2.0 * EDGE;
        let x = |place: f64| LEFT + place.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{high}\">\
             <rect width=\"{WIDTH}\" height=\"{high}\" fill=\"#ffffff\"/>"
        );
        let line = |x1: f64, y1: f64, x2: f64, y2: f64, colour: &str, width: f64| {
            format!(
                "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" \
                 stroke=\"{colour}\" stroke-width=\"{width}\"/>"
            )
        };
        for quarter in 0..=4 {
            let at = x(f64::from(quarter) / 4.0);
            let zero = self.signed && quarter == 2;
            let colour = if zero { "#52606d" } else { "#dfe5ea" };
            svg.push_str(&line(at, EDGE / 2.0, at, high - EDGE / 2.0, colour, 1.0));
        }
        for (place, one) in lines.iter().enumerate() {
            let middle = EDGE + (place as f64 + 0.5) * LINE;
            number(&mut svg, one.number, middle);
            let colour = if one.score.is_some() { "#083f3e" } else { "#7b8792" };
            if let Some(score) = one.score {
                let from = x(if self.signed { 0.5 } else { 0.0 });
                let (from, to) = (from.min(x(score)), from.max(x(score)));
                // Writing to a String cannot fail.
                let _ = write!(
                    svg,
                    "<rect x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"12\" fill=\"#39938a\"/>",
                    middle - 6.0,
                    (to - from).max(1.0)
                );
            }
            if let Some((low, high)) = one.interval {
                svg.push_str(&line(x(low), middle, x(high), middle, colour, 2.0));
                for end in [x(low), x(high)] {
                    svg.push_str(&line(end, middle - 4.0, end, middle + 4.0, colour, 2.0));
                }
            }
        }
        svg.push_str("</svg>");
        svg
    }
}

/// The strokes of each digit, as on a pocket calculator: top, upper right, lower right, bottom,
/// lower left, upper left, middle.
const DIGITS: [u8; 10] = [
    0b0111111, 0b0000110, 0b1011011, 0b1001111, 0b1100110, 0b1101101, 0b1111101, 0b0000111,
    0b1111111, 0b1101111,
];

/// Draws a number that ends before the bars.
fn number(svg: &mut String, number: usize, middle: f64) {
    const WIDE: f64 = 5.0;
    const HALF: f64 = 5.0;
    let mut left = LEFT - 14.0;
    for digit in number.to_string().bytes().rev() {
        let strokes = DIGITS[usize::from(digit - b'0')];
        let (right, top, bottom) = (left + WIDE, middle - HALF, middle + HALF);
        let ends = [
            (left, top, right, top),
            (right, top, right, middle),
            (right, middle, right, bottom),
            (left, bottom, right, bottom),
            (left, middle, left, bottom),
            (left, top, left, middle),
            (left, middle, right, middle),
        ];
        for (bit, (x1, y1, x2, y2)) in ends.into_iter().enumerate() {
            if strokes & (1 << bit) != 0 {
                let _ = write!(
                    svg,
                    "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" \
                     stroke=\"#16212b\" stroke-width=\"1.2\" stroke-linecap=\"round\"/>"
                );
            }
        }
        left -= WIDE + 3.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_ends_at_its_score_and_few_answers_have_none() {
        let line = |number, score| Line { number, score, interval: Some((0.2, 0.9)) };
        let lines = vec![line(1, Some(0.5)), line(20, None)];
        let png = Picture { lines, signed: false }.png().expect("drawn");
        let pixels = Pixmap::decode_png(&png).expect("a PNG");
        assert_eq!((pixels.width(), pixels.height()), (1200, 120));
        let green = |x: f64, y: f64| {
            let (x, y) = ((x * 2.0) as u32, (y * 2.0) as u32);
            let pixel = pixels.pixel(x, y).expect("inside");
            (pixel.red(), pixel.green(), pixel.blue()) == (0x39, 0x93, 0x8a)
        };
        let span = WIDTH - LEFT - RIGHT;
        // Above the whisker, left and right of the bar's end; then the line without a bar.
        let (first, second) = (EDGE + LINE / 2.0 - 5.0, EDGE + LINE * 1.5 - 5.0);
        assert!(green(LEFT + 0.48 * span, first));
        assert!(!green(LEFT + 0.52 * span, first));
        assert!(!green(LEFT + 0.1 * span, second));
    }
}
