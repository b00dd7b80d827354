use std::fmt;
use std::ops::Deref;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::cursor::Cursor;
use super::extra::{Extra, same_json};
use super::read::deserialize;
use super::record::{Record, sealed};
use super::slot::Slot;

/// One page of a list: its rows, the count of all rows, and the links to other pages.
///
/// A row that cannot be read, such as a memory without an id, is set aside in
/// [`malformed`](Self::malformed), and the others are read. An empty page is not the end of a list,
/// because rows may be deleted between two requests; [`has_more`](Self::has_more) says whether
/// there are more pages.
///
/// The answers of searches and histories are pages too, without a count and links. A page
/// dereferences to the slice of its rows, for `first`, `iter`, `len` and the like.
///
/// ```
/// use mem0_sdk::{Memory, Page};
///
/// let page: Page<Memory> = serde_json::from_str(
///     r#"{"count": 2, "results": [{"id": "m-1", "memory": "Hikes"}, {"memory": "?"}]}"#,
/// )?;
/// assert_eq!(page.count, Some(2));
/// assert_eq!(page.first().map(|hit| hit.memory.as_str()), Some("Hikes"));
/// assert_eq!((page.len(), page.malformed.len(), page.has_more()), (1, 1, false));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows, in the platform's order.
    pub results: Vec<T>,
    /// Rows that could not be read.
    pub malformed: Vec<Malformed>,
    /// How many rows the whole list has, where the operation counts them.
    pub count: Option<u64>,
    /// The address of the next page. `None` on the last page. Never follow it with your key; ask
    /// for the next page by its number, as the clients' streams do.
    pub next: Option<String>,
    /// The address of the previous page.
    pub previous: Option<String>,
    extra: Extra,
}

impl<T> Page<T> {
    /// A page with these rows and nothing else, for tests and fakes.
    ///
    /// ```
    /// use mem0_sdk::{Memory, Page};
    ///
    /// let page = Page::new(vec![Memory::new("m-1", "Hikes")]);
    /// assert_eq!(page.results[0].memory, "Hikes");
    /// ```
    pub fn new(results: Vec<T>) -> Self {
        Self {
            results,
            malformed: Vec::new(),
            count: None,
            next: None,
            previous: None,
            extra: Extra::default(),
        }
    }

    /// Whether there are pages after this one. There can be some after an empty page.
    ///
    /// ```
    /// # use mem0_sdk::{Memory, Page};
    /// let json = r#"{"results": [], "next": "https://…?page=2"}"#;
    /// let page: Page<Memory> = serde_json::from_str(json)?;
    /// assert!(page.has_more());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn has_more(&self) -> bool {
        self.next.is_some()
    }

    /// The other fields of the answer.
    ///
    /// ```
    /// use mem0_sdk::{Memory, Page};
    ///
    /// let page: Page<Memory> = serde_json::from_str(r#"{"results": [], "took_ms": 4}"#)?;
    /// assert_eq!(page.extra().get::<u64>("took_ms"), Some(4));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn extra(&self) -> &Extra {
        &self.extra
    }
}

impl<T> Deref for Page<T> {
    type Target = [T];

    /// The rows, without the malformed ones.
    fn deref(&self) -> &[T] {
        &self.results
    }
}

impl<T: fmt::Debug> fmt::Debug for Page<T> {
    /// The rows by their own `Debug`, and whether links are set. Addresses contain ids.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("results", &self.results)
            .field("malformed", &self.malformed)
            .field("count", &self.count)
            .field("next", &self.next.is_some())
            .field("previous", &self.previous.is_some())
            .field("extra", &self.extra)
            .finish()
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    /// The rows, without the malformed ones.
    fn into_iter(self) -> Self::IntoIter {
        self.results.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    /// The rows, without the malformed ones.
    fn into_iter(self) -> Self::IntoIter {
        self.results.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut Page<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    /// The rows, without the malformed ones.
    fn into_iter(self) -> Self::IntoIter {
        self.results.iter_mut()
    }
}

impl<T> From<Vec<T>> for Page<T> {
    fn from(results: Vec<T>) -> Self {
        Self::new(results)
    }
}

impl<T> FromIterator<T> for Page<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self::new(rows.into_iter().collect())
    }
}

impl<T> Default for Page<T> {
    /// A page without rows.
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<T> sealed::Sealed for Page<T> {}

impl<T: Record> Record for Page<T> {
    /// Takes the platform's page object and the bare list of older services.
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, serde_json::Error> {
        let mut page = Self::default();
        if cursor.peek() == Some(b'[') {
            page.read_rows(cursor)?;
            return Ok(page);
        }
        let (mut count, mut next, mut previous) = (Slot::new(), Slot::new(), Slot::new());
        let mut has_rows = false;
        cursor.object(|name, cursor| match name {
            // The first list has the rows. Other values with this name are extras.
            "results" if !has_rows && cursor.peek() == Some(b'[') => {
                has_rows = true;
                page.read_rows(cursor)
            }
            "results" if cursor.take_null()? => Ok(()),
            "count" => count.read("count", cursor, &mut page.extra),
            "next" => next.read("next", cursor, &mut page.extra),
            "previous" => previous.read("previous", cursor, &mut page.extra),
            name => {
                page.extra.push(name, cursor.raw()?);
                Ok(())
            }
        })?;
        page.count = count.into_value();
        page.next = next.into_value();
        page.previous = previous.into_value();
        if has_rows {
            Ok(page)
        } else if page.extra.contains("results") {
            // serde's own error would quote the text.
            Err(serde::de::Error::custom("`results` is not a list"))
        } else {
            Err(serde::de::Error::missing_field("results"))
        }
    }
}

impl<'de, T: Record> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

impl<T: Record> Page<T> {
    fn read_rows(&mut self, cursor: &mut Cursor<'_>) -> Result<(), serde_json::Error> {
        let mut index = 0;
        cursor.list(|cursor| {
            cursor.peek();
            let place = cursor.place();
            match T::read(cursor) {
                Ok(row) => self.results.push(row),
                Err(error) => {
                    cursor.back_to(place);
                    let json = cursor.raw()?.to_owned();
                    self.malformed.push(Malformed { index, reason: error.to_string(), json });
                }
            }
            index += 1;
            Ok(())
        })
    }
}

impl<T: Serialize> Serialize for Page<T> {
    /// The page object, with every row where it was read.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(count) = &self.count {
            map.serialize_entry("count", count)?;
        }
        if let Some(next) = &self.next {
            map.serialize_entry("next", next)?;
        }
        if let Some(previous) = &self.previous {
            map.serialize_entry("previous", previous)?;
        }
        map.serialize_entry("results", &Rows(self))?;
        for (name, json) in self.extra.iter() {
            let written = match name {
                "count" => self.count.is_some(),
                "next" => self.next.is_some(),
                "previous" => self.previous.is_some(),
                _ => false,
            };
            if !written {
                map.serialize_entry(name, json)?;
            }
        }
        map.end()
    }
}

struct Rows<'a, T>(&'a Page<T>);

impl<T: Serialize> Serialize for Rows<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Row<'a, T> {
            Good(&'a T),
            Malformed(&'a RawValue),
        }

        let mut malformed = self.0.malformed.iter().peekable();
        let mut rows = Vec::with_capacity(self.0.results.len() + self.0.malformed.len());
        for row in &self.0.results {
            while let Some(odd) = malformed.next_if(|odd| odd.index <= rows.len()) {
                rows.push(Row::Malformed(&odd.json));
            }
            rows.push(Row::Good(row));
        }
        rows.extend(malformed.map(|odd| Row::Malformed(&odd.json)));
        rows.serialize(serializer)
    }
}

/// A row that could not be read.
#[derive(Clone)]
pub struct Malformed {
    index: usize,
    reason: String,
    json: Box<RawValue>,
}

impl Malformed {
    /// Its index among all rows of the answer.
    ///
    /// ```
    /// # use mem0_sdk::{Memory, Page};
    /// let page: Page<Memory> = serde_json::from_str(r#"{"results": [{"id": "m-1"}, {}]}"#)?;
    /// assert_eq!(page.malformed[0].index(), 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn index(&self) -> usize {
        self.index
    }

    /// Why it could not be read, without its content.
    ///
    /// ```
    /// # use mem0_sdk::{Memory, Page};
    /// let page: Page<Memory> = serde_json::from_str(r#"{"results": [{}]}"#)?;
    /// assert!(page.malformed[0].reason().contains("missing field `id`"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The row's JSON text, as it was sent.
    ///
    /// ```
    /// # use mem0_sdk::{Memory, Page};
    /// let page: Page<Memory> = serde_json::from_str(r#"{"results": [{"x": 1}]}"#)?;
    /// assert_eq!(page.malformed[0].json(), r#"{"x": 1}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn json(&self) -> &str {
        self.json.get()
    }
}

impl PartialEq for Malformed {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && same_json(&self.json, &other.json)
    }
}

impl fmt::Debug for Malformed {
    /// The index and the reason, never the row.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Malformed")
            .field("index", &self.index)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
