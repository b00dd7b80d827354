use std::ops::Range;

/// What a value takes: its place in a list that grows by doubling, or in a tree that is half full.
const VALUE: usize = 64;

/// What the name of a field takes besides.
const NAME: usize = 64;

/// What the smallest object takes besides: one node of a tree.
const OBJECT: usize = 640;

/// The size of a JSON text, found in one pass that builds nothing.
///
/// A text of a few megabytes may become gigabytes of values, such as `[{"":0},{"":0},…]`. So its
/// size is looked at before it is read.
///
/// ```
/// use mem0_engine::JsonSize;
///
/// let size = JsonSize::of(br#"{"messages": [1, 2, 3], "infer": true}"#);
/// assert_eq!(size.values, 6);
/// assert_eq!(size.largest_field, Some(2..10));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonSize {
    /// How many values it has, on all levels, the text itself included. For text that is not JSON
    /// it is some number.
    pub values: usize,
    /// How many of them are objects.
    pub objects: usize,
    /// How many bytes the values take in memory, at most. Reading the text takes no more.
    pub bytes: usize,
    /// Where the text has the name of its field with the most values, if it is an object.
    pub largest_field: Option<Range<usize>>,
}

impl JsonSize {
    /// The size of a text.
    pub fn of(json: &[u8]) -> Self {
        let mut scan = Scan { json, levels: 0, depth: 0, values: 1, names: 0, objects: 0 };
        let (field, values) = scan.run();
        // Each byte of a text is kept once, beside what its value takes.
        let counted = scan.values * VALUE + scan.names * NAME + scan.objects * OBJECT;
        let bytes = json.len() + counted;
        let largest_field = (values > 0).then_some(field);
        Self { values: scan.values, objects: scan.objects, bytes, largest_field }
    }
}

struct Scan<'a> {
    json: &'a [u8],
    /// A bit for each of the innermost 128 levels: whether it is an object. JSON that is read is no
    /// deeper.
    levels: u128,
    depth: usize,
    values: usize,
    names: usize,
    objects: usize,
}

impl Scan<'_> {
    /// Counts, and returns the largest field with its number of values.
    fn run(&mut self) -> (Range<usize>, usize) {
        let (mut largest, mut current) = ((0..0, 0), (0..0, 0));
        let mut text = 0..0;
        let mut at = 0;
        while let Some(byte) = self.json.get(at) {
            let begin = at;
            at += 1;
            match byte {
                b'"' => {
                    at = self.text_end(at);
                    text = begin + 1..at.saturating_sub(1).max(begin + 1);
                }
                b'{' | b'[' => {
                    let is_object = *byte == b'{';
                    self.levels = self.levels << 1 | u128::from(is_object);
                    self.depth += 1;
                    self.objects += usize::from(is_object);
                    // The first element of a list; what is in an object is counted by its colons.
                    self.values += usize::from(!is_object && !self.is_empty_list(at));
                }
                b'}' | b']' => {
                    self.levels >>= 1;
                    self.depth = self.depth.saturating_sub(1);
                }
                b':' => {
                    if self.depth == 1 {
                        largest = bigger(largest, current, self.values);
                        current = (text.clone(), self.values);
                    }
                    self.values += 1;
                    self.names += 1;
                }
                b',' => self.values += usize::from(self.levels & 1 == 0),
                _ => {}
            }
        }
        bigger(largest, current, self.values)
    }

    /// Where the text that begins here ends, behind its quotation mark.
    fn text_end(&self, mut at: usize) -> usize {
        while let Some(byte) = self.json.get(at) {
            match byte {
                b'"' => return at + 1,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        at.min(self.json.len())
    }

    fn is_empty_list(&self, at: usize) -> bool {
        let rest = self.json.get(at..).unwrap_or_default();
        rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b']')
    }
}

type Field = (Range<usize>, usize);

/// The field that ends here if it has more values than the largest so far; it began when there were
/// as many values as it says.
fn bigger(largest: Field, ending: Field, values: usize) -> Field {
    let (name, before) = ending;
    let has = if name.end == 0 { 0 } else { values - before };
    if has > largest.1 { (name, has) } else { largest }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn values(json: &Value) -> usize {
        1 + match json {
            Value::Array(list) => list.iter().map(values).sum(),
            Value::Object(fields) => fields.values().map(values).sum(),
            _ => 0,
        }
    }

    #[test]
    fn values_are_counted_as_they_are_read() {
        for json in [
            "null",
            "[]",
            "[ \n ]",
            "{}",
            "[[]]",
            "[{}, {}]",
            "[1, [2, 3], {\"a\": [4, {\"b\": 5, \"c\": []}]}]",
            "{\"a,b:c{[\": \"x\\\\\", \"d\\\"\": \"\\\",,,\", \"e\": {\"f\": [[], [[]], 1]}}",
        ] {
            let read = serde_json::from_str(json).unwrap();
            assert_eq!(JsonSize::of(json.as_bytes()).values, values(&read), "{json}");
        }
    }

    #[test]
    fn the_largest_field_is_named() {
        let largest =
            |json: &str| JsonSize::of(json.as_bytes()).largest_field.map(|at| json[at].to_owned());
        assert_eq!(largest("{\"a\": [1, 2], \"b\": [1, 2, 3], \"c\": {\"d\": 1}}").unwrap(), "b");
        assert_eq!(largest("{\"a\": \"x\"}").unwrap(), "a");
        assert_eq!(largest("{}"), None);
        assert_eq!(largest("[{\"a\": 1}]"), None);
    }

    #[test]
    fn what_is_not_json_has_some_size() {
        for json in ["", "\"", "\"\\", "]]]}}}", "{\"a", ":::", "{:", &"[".repeat(1000), "\u{0}"] {
            JsonSize::of(json.as_bytes());
        }
    }
}
