//! What is done to each number of a matrix, with the widest instructions that the processor has.
//!
//! The loops are plain: dispatching an operation compiles them once for each kind of processor and
//! takes the right one when it runs. Sums are added in lanes, and never in another order, so that
//! all processors compute the same.

use rten_simd::isa::GenericIsa;
use rten_simd::{Isa, SimdOp};

use crate::arithmetic::Arithmetic;

/// Numbers that are added side by side.
const LANES: usize = 16;

/// Computes with what `arithmetic` allows.
pub(crate) fn run<O: SimdOp>(arithmetic: Arithmetic, operation: O) -> O::Output {
    match arithmetic {
        Arithmetic::Fastest => operation.dispatch(),
        Arithmetic::Plain => operation.eval(GenericIsa::new()),
    }
}

/// Rounds rows to bytes. `scale * (byte - zero)` of its row is a number again.
pub(crate) struct Round<'a> {
    pub(crate) rows: &'a [f32],
    pub(crate) width: usize,
    pub(crate) bytes: &'a mut [u8],
    pub(crate) scales: &'a mut [f32],
    pub(crate) zeros: &'a mut [u8],
}

/// The steps between a row's smallest and largest number. Their ends are rounded too, so that one
/// more is in use.
const STEPS: f32 = 254.0;
/// Added to a number below 2^22, it leaves the nearest whole number in the lowest bits.
const TO_WHOLE: f32 = 12_582_912.0;

impl SimdOp for Round<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let rows = self.rows.chunks_exact(self.width).zip(self.bytes.chunks_exact_mut(self.width));
        for ((row, bytes), (scale, zero)) in rows.zip(self.scales.iter_mut().zip(self.zeros)) {
            let (mut least, mut most) = ([0.0_f32; LANES], [0.0_f32; LANES]);
            for numbers in row.as_chunks::<LANES>().0 {
                for lane in 0..LANES {
                    let number = numbers[lane];
                    least[lane] = if number < least[lane] { number } else { least[lane] };
                    most[lane] = if number > most[lane] { number } else { most[lane] };
                }
            }
            let least = least.iter().fold(0.0_f32, |least, lane| least.min(*lane));
            let most = most.iter().fold(0.0_f32, |most, lane| most.max(*lane));
            let step = if most > least { (most - least) / STEPS } else { 1.0 };
            let (per_number, middle) = (1.0 / step, (-least / step).round());
            for (byte, number) in bytes.iter_mut().zip(row) {
                let above = number * per_number + middle;
                let above = if above > 0.0 { above } else { 0.0 };
                *byte = (above + TO_WHOLE).to_bits() as u8;
            }
            (*scale, *zero) = (step, middle as u8);
        }
    }
}

/// The sums of a product of whole numbers, and what makes numbers of them.
pub(crate) struct Product<'a> {
    pub(crate) sums: &'a [i32],
    /// One for each row, as is `row_zeros`.
    pub(crate) row_scales: &'a [f32],
    pub(crate) row_zeros: &'a [u8],
    /// One for each column, as are `bias` and `weight_sums`.
    pub(crate) scales: &'a [f32],
    pub(crate) bias: &'a [f32],
    pub(crate) weight_sums: &'a [i32],
}

impl Product<'_> {
    /// Gives each row of the product, number by number, to `put` and a row of `out`, and then that
    /// row to `end`.
    #[inline(always)]
    fn each(self, out: &mut [f32], put: impl Fn(f32, f32) -> f32, end: impl Fn(&mut [f32])) {
        let width = self.scales.len();
        let rows = self.sums.chunks_exact(width).zip(self.row_scales.iter().zip(self.row_zeros));
        for (out, (sums, (row_scale, zero))) in out.chunks_exact_mut(width).zip(rows) {
            let zero = i32::from(*zero);
            let columns = self.scales.iter().zip(self.bias).zip(self.weight_sums);
            for ((out, sum), ((scale, bias), weight_sum)) in out.iter_mut().zip(sums).zip(columns) {
                let sum = sum - zero * weight_sum;
                *out = put(*out, sum as f32 * (row_scale * scale) + bias);
            }
            end(out);
        }
    }
}

/// Writes a product.
pub(crate) struct Write<'a>(pub(crate) Product<'a>, pub(crate) &'a mut [f32]);

impl SimdOp for Write<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        self.0.each(self.1, |_, number| number, |_| ());
    }
}

/// Writes what the Gaussian error linear unit lets through of a product.
pub(crate) struct WriteGelu<'a>(pub(crate) Product<'a>, pub(crate) &'a mut [f32]);

impl SimdOp for WriteGelu<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        self.0.each(self.1, |_, number| gelu(number), |_| ());
    }
}

/// Adds a product to rows and normalises them.
pub(crate) struct AddNormalise<'a>(
    pub(crate) Product<'a>,
    pub(crate) &'a mut [f32],
    pub(crate) &'a Norm,
);

impl SimdOp for AddNormalise<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        self.0.each(self.1, |old, number| old + number, |row| self.2.apply(row));
    }
}

/// Normalises rows.
pub(crate) struct Normalise<'a>(pub(crate) &'a mut [f32], pub(crate) &'a Norm);

impl SimdOp for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        self.0.chunks_exact_mut(self.1.weights.len()).for_each(|row| self.1.apply(row));
    }
}

/// A layer's normalisation: to the mean 0 and the variance 1, and then stretched and moved.
pub(crate) struct Norm {
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// Added to the variance, so that it is never 0.
    pub(crate) least: f32,
}

impl Norm {
    #[inline(always)]
    fn apply(&self, row: &mut [f32]) {
        let count = row.len() as f32;
        let mean = sum(row, |number| number) / count;
        let variance = sum(row, |number| (number - mean) * (number - mean)) / count;
        let scale = 1.0 / (variance + self.least).sqrt();
        for ((number, weight), bias) in row.iter_mut().zip(&self.weights).zip(&self.bias) {
            *number = (*number - mean) * scale * weight + bias;
        }
    }
}

/// The sum over a row.
#[inline(always)]
fn sum(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (whole, rest) = row.as_chunks::<LANES>();
    for numbers in whole {
        for lane in 0..LANES {
            sums[lane] += of(numbers[lane]);
        }
    }
    for (sum, number) in sums.iter_mut().zip(rest) {
        *sum += of(*number);
    }
    sums.iter().sum()
}

/// What the tokens of one text take from each other. A head is `HEAD` numbers wide, a multiple of
/// [`AT_ONCE`].
pub(crate) struct Attention<'a, const HEAD: usize> {
    /// For each token the question, the key and the value, each of all heads. The questions are
    /// divided by the square root of a head's width.
    pub(crate) asked: &'a [f32],
    /// For each token the answer of all heads.
    pub(crate) answers: &'a mut [f32],
    pub(crate) heads: usize,
    /// What each head adds for how far the key stands from the question: from as far before it as a
    /// text is long to as far behind it.
    pub(crate) nearness: Option<&'a [Vec<f32>]>,
}

/// Keys that are looked at side by side.
const AT_ONCE: usize = 4;

impl<const HEAD: usize> SimdOp for Attention<'_, HEAD> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let width = self.heads * HEAD;
        let tokens = self.answers.len() / width;
        let padded = tokens.next_multiple_of(LANES);
        // The keys of a head, one row for each of its dimensions.
        let mut keys = vec![0.0_f32; HEAD * padded];
        let mut shares = vec![0.0_f32; padded];
        for head in 0..self.heads {
            for (token, asked) in self.asked.chunks_exact(3 * width).enumerate() {
                let key = &asked[width + head * HEAD..][..HEAD];
                for (dimension, number) in key.iter().enumerate() {
                    keys[dimension * padded + token] = *number;
                }
            }
            for (token, answer) in self.answers.chunks_exact_mut(width).enumerate() {
                let question = &self.asked[token * 3 * width + head * HEAD..][..HEAD];
                shares.fill(0.0);
                let rows = keys.chunks_exact(AT_ONCE * padded);
                for (question, rows) in question.as_chunks::<AT_ONCE>().0.iter().zip(rows) {
                    let (first, rows) = rows.split_at(padded);
                    let (second, rows) = rows.split_at(padded);
                    let (third, fourth) = rows.split_at(padded);
                    let rows = first.iter().zip(second).zip(third).zip(fourth);
                    for (share, (((a, b), c), d)) in shares.iter_mut().zip(rows) {
                        *share +=
                            question[0] * a + question[1] * b + question[2] * c + question[3] * d;
                    }
                }
                if let Some(nearness) = self.nearness {
                    let nearness = &nearness[head];
                    let nearness = &nearness[nearness.len() / 2 - token..][..tokens];
                    shares.iter_mut().zip(nearness).for_each(|(share, near)| *share += near);
                }
                let most = shares[..tokens].iter().fold(f32::MIN, |most, share| most.max(*share));
                for share in &mut shares {
                    *share = exp(*share - most);
                }
                shares[tokens..].fill(0.0);
                let whole = 1.0 / sum(&shares, |share| share);
                let mut taken = [0.0_f32; HEAD];
                for (share, asked) in shares.iter().zip(self.asked.chunks_exact(3 * width)) {
                    let value = &asked[2 * width + head * HEAD..][..HEAD];
                    for (taken, number) in taken.iter_mut().zip(value) {
                        *taken += share * number;
                    }
                }
                for (answer, taken) in answer[head * HEAD..][..HEAD].iter_mut().zip(taken) {
                    *answer = taken * whole;
                }
            }
        }
    }
}

/// Which function stands between the two outer layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg(feature = "folder")]
pub(crate) enum Activation {
    /// The Gaussian error linear unit.
    Gelu,
    /// The same by the hyperbolic tangent.
    GeluTanh,
    /// What is below 0 becomes 0.
    Relu,
}

/// Applies an activation to each number.
#[cfg(feature = "folder")]
pub(crate) struct Activate<'a>(pub(crate) Activation, pub(crate) &'a mut [f32]);

#[cfg(feature = "folder")]
impl SimdOp for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        match self.0 {
            Activation::Gelu => self.1.iter_mut().for_each(|x| *x = gelu(*x)),
            Activation::GeluTanh => self.1.iter_mut().for_each(|x| *x = gelu_tanh(*x)),
            Activation::Relu => self.1.iter_mut().for_each(|x| *x = x.max(0.0)),
        }
    }
}

/// Twice the square root of 2/π.
#[cfg(feature = "folder")]
const TWICE_ROOT_OF_TWO_BY_PI: f32 =
    2.0 * std::f32::consts::FRAC_2_SQRT_PI * std::f32::consts::FRAC_1_SQRT_2;

/// `x` times the logistic function of about 1.6 x, which is nearly [`gelu`].
#[cfg(feature = "folder")]
#[inline(always)]
fn gelu_tanh(x: f32) -> f32 {
    let doubled = TWICE_ROOT_OF_TWO_BY_PI * (x + 0.044_715 * x * x * x);
    let small = exp(-doubled.abs());
    let share = 1.0 / (1.0 + small);
    x * if x > 0.0 { share } else { small * share }
}

/// e to a power of at most 0, to seven digits. Written out, since the library's takes one number at
/// a time, and differs between systems.
#[inline(always)]
fn exp(power: f32) -> f32 {
    let power = if power > -87.0 { power } else { -87.0 };
    let halvings = power * std::f32::consts::LOG2_E;
    let whole = (halvings + TO_WHOLE) - TO_WHOLE;
    // ln 2 in two parts, of which the first has few digits, so that the difference is exact.
    let rest = (power - whole * 0.693_359_4) + whole * 2.121_944_4e-4;
    let mut sum = 1.987_569_1e-4_f32;
    for factor in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        sum = sum * rest + factor;
    }
    let fraction = sum * rest * rest + rest + 1.0;
    fraction * f32::from_bits(((whole as i32 + 127) as u32) << 23)
}

/// `x` times the share of a normal distribution that lies below it, by formula 7.1.26 of Abramowitz
/// and Stegun: to seven digits.
#[inline(always)]
fn gelu(x: f32) -> f32 {
    let size = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let mut sum = 1.061_405_4_f32;
    for factor in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
        sum = sum * t + factor;
    }
    let outside = sum * t * exp(-size * size) * 0.5;
    x * if x > 0.0 { 1.0 - outside } else { outside }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_out_functions_are_the_mathematical_ones() {
        for step in 0..=8_000 {
            let x = f64::from(step) / -100.0;
            let exact = f64::from(x as f32).exp();
            let own = f64::from(exp(x as f32));
            assert!((own - exact).abs() <= 1e-6 * exact + 1e-37, "{x}: {own}, not {exact}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::MIN) < 1e-37);
        // The integral of the normal distribution, in small steps.
        let (mut below, step) = (0.5, 1e-4);
        for at in 0..60_000 {
            let x = f64::from(at) * step;
            let own = f64::from(gelu(x as f32));
            assert!((own - x * below).abs() < 2e-6, "{x}: {own}, not {}", x * below);
            let own = f64::from(gelu(-x as f32));
            assert!((own + x * (1.0 - below)).abs() < 2e-6, "{x}: {own}");
            let middle = x + step / 2.0;
            below += step * (-middle * middle / 2.0).exp() / std::f64::consts::TAU.sqrt();
        }
        assert_eq!(gelu(0.0), 0.0);
        for step in -600..600 {
            let x = f64::from(step) / 100.0;
            let inside = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
            let (own, exact) = (gelu_tanh(x as f32), 0.5 * x * (1.0 + inside.tanh()));
            assert!((f64::from(own) - exact).abs() < 2e-6, "{x}: {own}, not {exact}");
        }
    }

    #[test]
    fn rounded_rows_come_back() {
        let rows: Vec<f32> =
            (0..64).map(|n| (n as f32 * 0.7).sin() * if n < 32 { 3.0 } else { 1e-3 }).collect();
        let rows = [rows, vec![0.0; 32], vec![5.0; 32], vec![-2.0; 32]].concat();
        let (mut bytes, mut scales, mut zeros) = (vec![0; 160], vec![0.0; 5], vec![0; 5]);
        for arithmetic in [Arithmetic::Plain, Arithmetic::Fastest] {
            run(
                arithmetic,
                Round {
                    rows: &rows,
                    width: 32,
                    bytes: &mut bytes,
                    scales: &mut scales,
                    zeros: &mut zeros,
                },
            );
            for (at, number) in rows.iter().enumerate() {
                let (scale, zero) = (scales[at / 32], f32::from(zeros[at / 32]));
                let back = (f32::from(bytes[at]) - zero) * scale;
                assert!((back - number).abs() <= scale * 0.51, "{at}: {back}, not {number}");
            }
        }
    }
}
