use std::fmt;

/// The direction of a text's meaning, or none at all.
///
/// It has a signed byte for each dimension. Only the direction counts, so the length is not kept.
/// All vectors of one embedder have the same number of dimensions.
#[derive(Clone, PartialEq, Eq)]
pub struct Vector(Box<[u8]>);

impl Vector {
    /// The vector of a text without known meaning. Its cosine with any vector is 0.
    pub fn zero(dimensions: usize) -> Self {
        Self(vec![0; dimensions].into())
    }

    /// The direction of `components`, as precisely as bytes allow.
    pub fn pointing_along(components: &[f32]) -> Self {
        let largest = components.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
        if largest <= 0.0 || !components.iter().all(|x| x.is_finite()) {
            return Self::zero(components.len());
        }
        // The quotient is within -1..=1, so the cast keeps its value.
        let byte = |x: &f32| ((x / largest * 127.0).round() as i8).cast_unsigned();
        Self(components.iter().map(byte).collect())
    }

    /// Reads the bytes that [`as_bytes`](Self::as_bytes) returned; `None` when one of them is -128,
    /// which no vector has.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        is_sound(bytes).then(|| Self(bytes.into()))
    }

    /// The bytes to store: one for each dimension.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The number of dimensions.
    pub fn dimensions(&self) -> usize {
        self.0.len()
    }

    /// Whether it has no direction.
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|byte| *byte == 0)
    }

    /// How alike two directions are: 1 for the same, 0 for unrelated ones or the zero vector, -1
    /// for opposite ones.
    pub fn cosine(&self, other: &Self) -> f64 {
        let (own, others) = (self.widened(), other.widened());
        let lengths = f64::from(own.dot(&self.0)) * f64::from(others.dot(&other.0));
        if lengths == 0.0 { 0.0 } else { f64::from(own.dot(&other.0)) / lengths.sqrt() }
    }

    /// The same vector, prepared for many comparisons.
    pub(crate) fn widened(&self) -> WideVector {
        WideVector::of(&self.0)
    }
}

/// Whether the bytes can be those of a vector.
pub(crate) fn is_sound(bytes: &[u8]) -> bool {
    !bytes.contains(&i8::MIN.cast_unsigned())
}

/// A vector reveals content, so only its presence is shown.
impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_zero() { "Vector::zero(..)" } else { "Vector(..)" })
    }
}

/// The dimensions of the built-in embedders' vectors. The loops are unrolled for them.
const STATIC: usize = 256;
const MINILM: usize = 384;

/// A vector prepared for comparisons with many others.
pub(crate) struct WideVector(Box<[i16]>);

impl WideVector {
    /// From a vector's bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(bytes.iter().map(|byte| i16::from(byte.cast_signed())).collect())
    }

    /// The dot product with another vector's bytes. With 4,096 dimensions it is at most 2^26 in
    /// size, far from overflow.
    pub(crate) fn dot(&self, other: &[u8]) -> i32 {
        dot(&self.0, other)
    }

    /// Appends to `cosines` the cosine of each of the `vectors`, whose inverse lengths are given,
    /// as is this one's.
    pub(crate) fn cosines(
        &self,
        own_length: f32,
        vectors: &[u8],
        inverse_lengths: &[f32],
        cosines: &mut Vec<f32>,
    ) {
        let mut products = Vec::with_capacity(inverse_lengths.len());
        Dots { own: &self.0, vectors, products: &mut products }.compute_fast();
        let products = products.iter().zip(inverse_lengths);
        cosines.extend(products.map(|(product, length)| *product as f32 * length * own_length));
    }
}

/// The dot products of a vector with others that stand one after another.
struct Dots<'a> {
    own: &'a [i16],
    vectors: &'a [u8],
    products: &'a mut Vec<i32>,
}

impl Dots<'_> {
    /// Computes with the widest instructions that the processor has.
    #[cfg(feature = "encoder")]
    fn compute_fast(self) {
        rten_simd::SimdOp::dispatch(self);
    }

    #[cfg(not(feature = "encoder"))]
    fn compute_fast(self) {
        self.compute();
    }

    /// Plain loops, which compilers turn into the vector instructions that they may use.
    #[inline(always)]
    fn compute(self) {
        let Self { own, vectors, products } = self;
        if let Ok(own) = <&[i16; MINILM]>::try_from(own) {
            dots(own, vectors, products);
        } else if let Ok(own) = <&[i16; STATIC]>::try_from(own) {
            dots(own, vectors, products);
        } else if !own.is_empty() {
            for vector in vectors.chunks_exact(own.len()) {
                products.push(dot(own, vector));
            }
        }
    }
}

#[cfg(feature = "encoder")]
impl rten_simd::SimdOp for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: rten_simd::Isa>(self, _: I) {
        self.compute();
    }
}

#[inline(always)]
fn dots<const N: usize>(own: &[i16; N], vectors: &[u8], products: &mut Vec<i32>) {
    for vector in vectors.as_chunks::<N>().0 {
        products.push(dot(own, vector));
    }
}

#[inline(always)]
fn dot(own: &[i16], other: &[u8]) -> i32 {
    let mut sum = 0;
    for (own, byte) in own.iter().zip(other) {
        sum += i32::from(*own) * i32::from(byte.cast_signed());
    }
    sum
}

/// 1 divided by the length of a vector with these bytes; 0 without a direction.
pub(crate) fn inverse_length(bytes: &[u8]) -> f32 {
    let square = |byte: &u8| {
        let component = i16::from(byte.cast_signed());
        i32::from(component * component)
    };
    let square: i32 = bytes.iter().map(square).sum();
    if square == 0 { 0.0 } else { (square as f32).sqrt().recip() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(bytes: &[i8]) -> Vector {
        Vector(bytes.iter().map(|byte| byte.cast_unsigned()).collect())
    }

    #[test]
    fn a_vector_survives_its_bytes() {
        let lengths = [1, 15, 16, 17, 255, 256, 257, 1536];
        for length in lengths {
            let components: Vec<f32> = (0..length).map(|n| (n as f32 * 0.7).sin() + 0.1).collect();
            let own = Vector::pointing_along(&components);
            assert_eq!(own.dimensions(), length);
            assert_eq!(Vector::from_bytes(own.as_bytes()), Some(own.clone()));
            assert!((own.cosine(&own) - 1.0).abs() < 1e-12, "{length}");
            assert_eq!(Vector::zero(length).cosine(&own), 0.0);
            assert_eq!(Vector::from_bytes(&vec![0x80; length]), None);
        }
        let extremes = Vector::from_bytes(&[0x81; 4096]).unwrap();
        assert!((extremes.cosine(&extremes) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn products_are_the_same_for_every_length() {
        for length in [0, 1, 15, 16, 17, 255, 256, 257, 384] {
            let own: Vec<i8> = (0..length).map(|n| (n * 7 % 251) as i8).collect();
            let other: Vec<i8> = (0..length).map(|n| (n * 13 % 241) as i8).collect();
            let plainly = |a: &[i8], b: &[i8]| -> i32 {
                a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
            };
            let (wide, others) = (vector(&own).widened(), vector(&other));
            assert_eq!(wide.dot(others.as_bytes()), plainly(&own, &other), "{length}");
            let two = [vector(&own).as_bytes(), others.as_bytes()].concat();
            let lengths =
                [inverse_length(vector(&own).as_bytes()), inverse_length(others.as_bytes())];
            let mut cosines = Vec::new();
            wide.cosines(lengths[0], &two, &lengths, &mut cosines);
            if length > 1 {
                let between = vector(&own).cosine(&others) as f32;
                assert!((cosines[0] - 1.0).abs() < 1e-5, "{length}: {cosines:?}");
                assert!((cosines[1] - between).abs() < 1e-5, "{length}: {cosines:?}");
            }
        }
    }

    #[test]
    fn a_vector_without_direction_is_zero() {
        assert!(Vector::pointing_along(&[0.0; 4]).is_zero());
        assert!(Vector::pointing_along(&[1.0, f32::NAN]).is_zero());
        assert!(Vector::pointing_along(&[1.0, f32::INFINITY]).is_zero());
        assert!(!Vector::pointing_along(&[1e-30, 0.0]).is_zero());
        assert_eq!(format!("{:?}", Vector::zero(2)), "Vector::zero(..)");
        assert_eq!(format!("{:?}", Vector::pointing_along(&[1.0])), "Vector(..)");
    }
}
