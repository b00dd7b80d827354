//! Reads safetensors: the length of a header, the header in JSON, and the numbers.
//!
//! A tensor is read when it is asked for, so that the weights are in memory once.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::json::json;
use super::{FolderError, identity::Identity};

const WEIGHTS: &str = "model.safetensors";
/// The longest header, which is that of the official library.
const LONGEST_HEADER: u64 = 100_000_000;

/// The tensors of a folder.
pub(crate) struct Tensors {
    files: Vec<File>,
    by_name: BTreeMap<String, Place>,
    /// What stands before the names that the model itself gives.
    prefix: String,
}

/// Where a tensor is.
struct Place {
    file: usize,
    header: Header,
    /// Where the file's numbers begin.
    begin: u64,
}

#[derive(Deserialize)]
struct Header {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [u64; 2],
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl Tensors {
    /// Opens `model.safetensors`, or the parts that its index names.
    pub(crate) fn open(folder: &Path) -> Result<Self, FolderError> {
        let names = match json::<Index>(folder, "model.safetensors.index.json")? {
            Some(index) if !folder.join(WEIGHTS).exists() => {
                let mut names: Vec<String> = index.weight_map.into_values().collect();
                names.sort_unstable();
                names.dedup();
                names
            }
            _ => vec![WEIGHTS.to_owned()],
        };
        let mut tensors =
            Self { files: Vec::new(), by_name: BTreeMap::new(), prefix: String::new() };
        for name in names {
            tensors.add(folder, &name)?;
        }
        let words = "embeddings.word_embeddings.weight";
        let prefix = tensors.by_name.keys().find_map(|name| name.strip_suffix(words));
        tensors.prefix = prefix.map(str::to_owned).ok_or_else(|| {
            FolderError::new(format!(
                "{WEIGHTS} has no tensor {words}, so it is not a model of the BERT family"
            ))
        })?;
        Ok(tensors)
    }

    fn add(&mut self, folder: &Path, name: &str) -> Result<(), FolderError> {
        let told = |what: &str| FolderError::new(format!("{name} {what}"));
        let unreadable =
            |error: std::io::Error| told(&format!("cannot be read ({})", error.kind()));
        let path = folder.join(name);
        if !path.exists() {
            return Err(told(instead(folder)));
        }
        let mut file = File::open(path).map_err(unreadable)?;
        let size = file.metadata().map_err(unreadable)?.len();
        let mut begin = [0; 8];
        if size < 8 {
            return Err(told("is cut off; download it again"));
        }
        file.read_exact(&mut begin).map_err(unreadable)?;
        if begin == *b"version " {
            return Err(told("is a pointer of Git LFS; get the file itself with git lfs pull"));
        }
        let length = u64::from_le_bytes(begin);
        if length > LONGEST_HEADER {
            return Err(told("is not in the format safetensors; download it again"));
        }
        if length > size - 8 {
            return Err(told("is cut off; download it again"));
        }
        let mut header = Vec::new();
        (&mut file).take(length).read_to_end(&mut header).map_err(unreadable)?;
        let header: BTreeMap<String, Value> = serde_json::from_slice(&header)
            .map_err(|_| told("is not in the format safetensors; download it again"))?;
        let begin = 8 + length;
        let at = self.files.len();
        for (tensor, value) in header {
            if tensor == "__metadata__" {
                continue;
            }
            let header: Header = serde_json::from_value(value)
                .map_err(|_| told("is not in the format safetensors; download it again"))?;
            if header.data_offsets[0] > header.data_offsets[1] {
                return Err(told("is not in the format safetensors; download it again"));
            }
            if header.data_offsets[1] > size - begin {
                return Err(told("is cut off; download it again"));
            }
            self.by_name.insert(tensor, Place { file: at, header, begin });
        }
        self.files.push(file);
        Ok(())
    }

    /// How many tensors there are whose names, without the prefix, begin like this.
    pub(crate) fn first(&self, begin: &str, but: &[&str]) -> Option<&str> {
        let names = self.by_name.keys().filter_map(|name| name.strip_prefix(&*self.prefix));
        let mut names = names.filter(|name| name.starts_with(begin) && !but.contains(name));
        names.next()
    }

    /// Takes the numbers of a tensor, which has this shape.
    pub(crate) fn take(
        &mut self,
        name: &str,
        shape: &[usize],
        identity: &mut Identity,
    ) -> Result<Vec<f32>, FolderError> {
        let full = format!("{}{name}", self.prefix);
        let Some(place) = self.by_name.remove(&full) else {
            return Err(FolderError::new(format!(
                "{WEIGHTS} has no tensor {full}; config.json is of another model"
            )));
        };
        let Header { dtype, shape: found, data_offsets: [begin, end] } = place.header;
        if found != shape {
            return Err(FolderError::new(format!(
                "{WEIGHTS} has {full} as {found:?}, and by config.json it is {shape:?}; take both \
                 from one model"
            )));
        }
        let (width, number): (usize, fn(&[u8]) -> f32) = match &*dtype {
            "F32" => (4, |bytes| bytes.try_into().map_or(f32::NAN, f32::from_le_bytes)),
            "F16" => (2, |bytes| bytes.try_into().map_or(f32::NAN, half)),
            "BF16" => (2, |bytes| {
                let bits = bytes.try_into().map_or(0, u16::from_le_bytes);
                f32::from_bits(u32::from(bits) << 16)
            }),
            _ => {
                return Err(FolderError::new(format!(
                    "{WEIGHTS} has {full} in {dtype}; only F32, F16 and BF16 are read, so take the \
                     model that is not quantised"
                )));
            }
        };
        let count = shape.iter().try_fold(width, |count, length| count.checked_mul(*length));
        let length = end - begin;
        let mut bytes = Vec::new();
        let read = match self.files.get_mut(place.file) {
            Some(file) if count.is_some_and(|count| count as u64 == length) => file
                .seek(SeekFrom::Start(place.begin + begin))
                .and_then(|_| file.take(length).read_to_end(&mut bytes)),
            _ => Ok(0),
        };
        if !read.is_ok_and(|read| read as u64 == length) {
            return Err(FolderError::new(format!(
                "{WEIGHTS} does not hold the numbers of {full}; download it again"
            )));
        }
        identity.add(name.as_bytes());
        identity.add(&bytes);
        Ok(bytes.chunks_exact(width).map(number).collect())
    }

    /// Whether there is a tensor of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(&format!("{}{name}", self.prefix))
    }
}

/// What to do where there are no weights in safetensors.
fn instead(folder: &Path) -> &'static str {
    let has = |ending: &str| {
        let names = folder.read_dir().into_iter().flatten().flatten();
        let mut names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.any(|name| name.ends_with(ending))
    };
    if has(".bin") || has(".pt") || has(".ckpt") {
        "is missing, and a pickle (pytorch_model.bin) is not read, since it may run code; convert \
         it: AutoModel.from_pretrained(FOLDER).save_pretrained(FOLDER) in Python's transformers \
         writes model.safetensors"
    } else if has(".gguf") {
        "is missing, and GGUF is not read; download the model's folder with model.safetensors, or \
         run it in Ollama or LM Studio and name that as the provider"
    } else if has(".onnx") || has(".h5") || has(".msgpack") {
        "is missing, and ONNX, TensorFlow and Flax are not read; download the file \
         model.safetensors of the same model"
    } else {
        "is missing; download it into the folder"
    }
}

/// A float of 16 bits.
fn half(bytes: [u8; 2]) -> f32 {
    let bits = u16::from_le_bytes(bytes);
    let sign = u32::from(bits >> 15) << 31;
    let (exponent, fraction) = (u32::from(bits >> 10) & 31, u32::from(bits) & 1023);
    match exponent {
        // Too small for an exponent: a multiple of 2^-24.
        0 => f32::from_bits(sign | (fraction as f32 / 16_777_216.0).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_of_16_bits_are_read() {
        for (bits, number) in [
            (0x0000_u16, 0.0_f32),
            (0x8000, -0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x7bff, 65_504.0),
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(half(bits.to_le_bytes()).to_bits(), number.to_bits(), "{bits:x}");
        }
        assert!(half(0x7e00_u16.to_le_bytes()).is_nan());
    }
}
