//! A layer of weights, as whole numbers.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::NdTensorView;

use crate::EncoderError;
use crate::arithmetic::Arithmetic;
use crate::lanes::Product;
use crate::sections::Sections;

pub(crate) struct Linear {
    weights: Weights,
    inputs: usize,
    /// One for each output, as is `bias`.
    scales: Vec<f32>,
    bias: Vec<f32>,
    /// The sum of each output's weights, by which a row's zero is taken off. The library could do
    /// that, but gets it wrong from the second group of rows on.
    weight_sums: Vec<i32>,
}

enum Weights {
    /// Ordered for the instructions of this processor.
    Packed(PackedBMatrix<i8>),
    /// A row for each output.
    Plain(Box<[i8]>),
}

/// Rows of bytes; see [`Round`](crate::lanes::Round).
pub(crate) struct Rounded<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) scales: &'a [f32],
    pub(crate) zeros: &'a [u8],
}

impl Linear {
    /// Reads a layer's scales, bias and weights.
    pub(crate) fn read(
        sections: &mut Sections,
        arithmetic: Arithmetic,
        inputs: usize,
        outputs: usize,
    ) -> Result<Self, EncoderError> {
        let scales = sections.floats(outputs)?;
        let bias = sections.floats(outputs)?;
        let weights = sections.bytes(inputs * outputs)?;
        let weights: Box<[i8]> = weights.iter().map(|weight| weight.cast_signed()).collect();
        let weight_sums = weights
            .chunks_exact(inputs)
            .map(|weights| weights.iter().map(|weight| i32::from(*weight)).sum())
            .collect();
        let weights = match arithmetic {
            Arithmetic::Plain => Weights::Plain(weights),
            Arithmetic::Fastest => {
                let rows = NdTensorView::from_data([outputs, inputs], &weights[..]);
                Weights::Packed(EXECUTOR.with(|executor| executor.prepack_b(rows.transposed())))
            }
        };
        Ok(Self { weights, inputs, scales, bias, weight_sums })
    }

    pub(crate) fn outputs(&self) -> usize {
        self.scales.len()
    }

    /// The product of rows with the weights, whose sums are written to `sums`.
    pub(crate) fn multiply<'a>(
        &'a self,
        rows: &Rounded<'a>,
        sums: &'a mut [i32],
    ) -> Result<Product<'a>, EncoderError> {
        match &self.weights {
            Weights::Packed(weights) => {
                let matrix = NdTensorView::from_data([rows.scales.len(), self.inputs], rows.bytes);
                let options = GemmOptions::default();
                let (matrix, weights) = (GemmInputA::Unpacked(matrix), GemmInputB::Packed(weights));
                EXECUTOR
                    .with(|executor| executor.gemm(sums, matrix, weights, options))
                    .map_err(|refused| EncoderError::Multiplication(refused.to_string()))?;
            }
            Weights::Plain(weights) => {
                let rows = rows.bytes.chunks_exact(self.inputs);
                for (row, sums) in rows.zip(sums.chunks_exact_mut(self.outputs())) {
                    for (sum, weights) in sums.iter_mut().zip(weights.chunks_exact(self.inputs)) {
                        let products = row.iter().zip(weights);
                        *sum = products.map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
                    }
                }
            }
        }
        Ok(Product {
            sums,
            row_scales: rows.scales,
            row_zeros: rows.zeros,
            scales: &self.scales,
            bias: &self.bias,
            weight_sums: &self.weight_sums,
        })
    }
}

thread_local! {
    /// Looks at the processor when it is made, which takes as long as a small product.
    static EXECUTOR: GemmExecutor<u8, i8, i32> = GemmExecutor::default();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without order.
    fn bytes(count: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        std::iter::repeat_with(&mut next).take(count).collect()
    }

    #[test]
    fn all_instructions_sum_to_the_same() {
        for (inputs, outputs) in [(384, 1152), (384, 384), (1536, 384)] {
            // Scales, bias, and weights of seven bits.
            let weights =
                bytes(inputs * outputs).into_iter().map(|byte| (byte % 127).wrapping_sub(63));
            let file: Vec<u8> = vec![0; 8 * outputs].into_iter().chain(weights).collect();
            let file: &'static [u8] = file.leak();
            let layer = |arithmetic| {
                Linear::read(&mut Sections::whole(file), arithmetic, inputs, outputs).unwrap()
            };
            let (plain, fastest) = (layer(Arithmetic::Plain), layer(Arithmetic::Fastest));
            for rows in [1, 2, 13, 16, 65, 200] {
                let (bytes, zeros) = (bytes(rows * inputs), vec![0; rows]);
                let scales = vec![1.0; rows];
                let rounded = Rounded { bytes: &bytes, scales: &scales, zeros: &zeros };
                let (mut expected, mut sums) = (vec![0; rows * outputs], vec![0; rows * outputs]);
                plain.multiply(&rounded, &mut expected).unwrap();
                fastest.multiply(&rounded, &mut sums).unwrap();
                let wrong = sums.iter().zip(&expected).position(|(sum, expected)| sum != expected);
                assert_eq!(wrong, None, "{rows} x {inputs} x {outputs}");
            }
        }
    }
}
