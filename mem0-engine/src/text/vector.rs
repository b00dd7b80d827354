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
        let product = |a: &Self, b: &Self| f64::from(product(&a.0, &b.0));
        let lengths = product(self, self) * product(other, other);
        if lengths == 0.0 { 0.0 } else { product(self, other) / lengths.sqrt() }
    }

    /// The same vector, prepared for many comparisons; `None` if it is zero.
    pub(crate) fn direction(&self) -> Option<Direction> {
        (!self.is_zero()).then(|| Direction {
            components: self.0.iter().map(|byte| i16::from(byte.cast_signed())).collect(),
            inverse_length: inverse_length(&self.0),
        })
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

/// How many vectors are compared with one direction before the next one's turn: few enough to stay
/// in the processor's cache.
const BLOCK: usize = 128;

/// A direction, prepared for comparisons with many vectors.
pub(crate) struct Direction {
    /// Wide enough for products. With 4,096 dimensions the sum of those is at most 2^26 in size,
    /// far from overflow.
    components: Box<[i16]>,
    /// 1 divided by its length.
    inverse_length: f32,
}

impl Direction {
    /// The number of its dimensions.
    pub(crate) fn dimensions(&self) -> usize {
        self.components.len()
    }

    /// Appends its cosine with each of the `vectors`, whose inverse lengths are given.
    pub(crate) fn cosines(&self, vectors: &[u8], inverse_lengths: &[f32], cosines: &mut Vec<f32>) {
        cosines.reserve(inverse_lengths.len());
        Cosines { direction: self, vectors, inverse_lengths, cosines }.append_fast();
    }
}

/// Appends to each list its direction's cosine with each of the `vectors`, which are read from
/// memory once. Their inverse lengths are given.
pub(crate) fn cosines_of_all(
    directions: &mut [(Direction, Vec<f32>)],
    vectors: &[u8],
    inverse_lengths: &[f32],
) {
    let dimensions = directions.first().map_or(0, |(direction, _)| direction.dimensions());
    let vectors = vectors.chunks((BLOCK * dimensions).max(1));
    for (vectors, inverse_lengths) in vectors.zip(inverse_lengths.chunks(BLOCK)) {
        for (direction, cosines) in &mut *directions {
            direction.cosines(vectors, inverse_lengths, cosines);
        }
    }
}

struct Cosines<'a> {
    direction: &'a Direction,
    vectors: &'a [u8],
    inverse_lengths: &'a [f32],
    cosines: &'a mut Vec<f32>,
}

impl Cosines<'_> {
    /// Computes with the widest instructions that the processor has.
    #[cfg(feature = "encoder")]
    fn append_fast(self) {
        rten_simd::SimdOp::dispatch(self);
    }

    #[cfg(not(feature = "encoder"))]
    fn append_fast(self) {
        self.append();
    }

    /// Plain loops, which compilers turn into the vector instructions that they may use. What an
    /// iterator would do is in none of its functions, since those are compiled without them.
    #[inline(always)]
    fn append(self) {
        let Self { direction: Direction { components, inverse_length }, vectors, .. } = self;
        let (lengths, cosines) = (self.inverse_lengths, self.cosines);
        let mut products = [0; BLOCK];
        let each = vectors.chunks(BLOCK * components.len().max(1));
        for (vectors, lengths) in each.zip(lengths.chunks(BLOCK)) {
            if let Ok(own) = <&[i16; MINILM]>::try_from(&**components) {
                multiply(own, vectors, &mut products);
            } else if let Ok(own) = <&[i16; STATIC]>::try_from(&**components) {
                multiply(own, vectors, &mut products);
            } else if !components.is_empty() {
                let vectors = vectors.chunks_exact(components.len());
                for (product, vector) in products.iter_mut().zip(vectors) {
                    *product = dot(components, vector);
                }
            }
            for (product, length) in products.iter().zip(lengths) {
                cosines.push(*product as f32 * length * inverse_length);
            }
        }
    }
}

#[cfg(feature = "encoder")]
impl rten_simd::SimdOp for Cosines<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: rten_simd::Isa>(self, _: I) {
        self.append();
    }
}

#[inline(always)]
fn multiply<const N: usize>(own: &[i16; N], vectors: &[u8], products: &mut [i32]) {
    for (product, vector) in products.iter_mut().zip(vectors.as_chunks::<N>().0) {
        *product = dot(own, vector);
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

/// The dot product of two vectors' bytes.
fn product(own: &[u8], other: &[u8]) -> i32 {
    let component = |byte: &u8| i32::from(byte.cast_signed());
    own.iter().zip(other).map(|(own, other)| component(own) * component(other)).sum()
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

    /// However wide the instructions, and however many directions are compared at once.
    #[test]
    fn cosines_are_the_same_for_every_length_and_number() {
        let mut rng = fastrand::Rng::with_seed(5);
        for length in [1, 15, 16, 17, 255, 256, 257, 384] {
            let mut some = || {
                vector(&std::iter::repeat_with(|| rng.i8(-127..)).take(length).collect::<Vec<_>>())
            };
            let vectors: Vec<_> = std::iter::repeat_with(&mut some).take(2 * BLOCK + 3).collect();
            let asked: Vec<_> = std::iter::repeat_with(&mut some).take(3).collect();
            let directions = asked.iter().filter_map(Vector::direction);
            let mut all: Vec<_> = directions.map(|direction| (direction, Vec::new())).collect();
            let bytes: Vec<_> = vectors.iter().flat_map(|it| it.as_bytes().to_vec()).collect();
            let lengths: Vec<_> = vectors.iter().map(|it| inverse_length(it.as_bytes())).collect();
            cosines_of_all(&mut all, &bytes, &lengths);
            let asked = asked.iter().filter(|it| !it.is_zero());
            for (asked, (direction, cosines)) in asked.zip(&all) {
                assert_eq!(cosines.len(), vectors.len());
                for ((vector, length), cosine) in vectors.iter().zip(&lengths).zip(cosines) {
                    let plainly = product(asked.as_bytes(), vector.as_bytes()) as f32;
                    assert_eq!(*cosine, plainly * length * direction.inverse_length, "{length}");
                    assert!((f64::from(*cosine) - asked.cosine(vector)).abs() < 1e-5);
                }
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
