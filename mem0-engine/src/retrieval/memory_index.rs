use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use mem0_types::Date;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, Row, params_from_iter};

use crate::EngineError;
use crate::change::Lifecycle;
use crate::components::VectorKind;
use crate::folder::columns::date_column;
use crate::folder::text_index::{read_passages, read_sources};
use crate::giving_way::give_way_for_now;
use crate::retrieval::building::Build;
use crate::retrieval::long_memories::{LongMemories, PassageWords};
use crate::retrieval::postings::{Postings, WordHash};
use crate::tenancy::access::Where;
use crate::text::analysed_text::AnalysedText;
use crate::text::analysis::words_of;
use crate::text::passages::Passage;
use crate::text::vector::{self, Direction};

/// How many memories share a [`Chunk`]: few enough that adding to one is cheap, and enough to be
/// worth a look-up of each word of a query.
pub(crate) const CHUNK: usize = 1024;

/// A longer text that ends in a question says something before it asks.
const MOST_ASKING_WORDS: f32 = 8.0;

/// An index takes room as it grows, in steps of so many bytes.
const NOTED: usize = 1 << 20;

/// What a search needs to know of the memories of a scope, held in memory in storage order.
///
/// The memories of one add are adjacent, since an add is stored in one transaction.
#[derive(Debug, Clone)]
pub(crate) struct MemoryIndex {
    /// Its vectors.
    kind: VectorKind,
    /// All but the last are full.
    chunks: Vec<Arc<Chunk>>,
}

#[derive(Debug, Default)]
struct Chunk {
    memories: Vec<IndexedMemory>,
    /// The bytes of the vectors, one vector after another.
    vectors: Vec<u8>,
    /// 1 divided by the length of each vector; 0 for a memory without one.
    inverse_lengths: Vec<f32>,
    /// Those of several passages. Among the vectors above each has that of its first one.
    long: LongMemories,
    /// The sources of those that were learned, and their words.
    sources: LongMemories,
    words_of_sources: Postings,
    words: Postings,
    /// The words of the speaker's name.
    speakers: Postings,
    /// The earliest expiration date.
    first_expiration: Option<Date>,
    /// What became of memories that are retired.
    has_superseded: bool,
    has_merged: bool,
}

/// A memory, without its vector and its words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct IndexedMemory {
    pub(crate) seq: i64,
    pub(crate) event_seq: i64,
    pub(crate) position: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) expiration_date: Option<Date>,
    /// The number of words in its text, including those of the speaker's name.
    pub(crate) terms: u32,
    /// Whether it is no more than a question.
    pub(crate) asks: bool,
    /// What became of it.
    pub(crate) lifecycle: Lifecycle,
    /// The number of terms in its text that a query can have, without those of the speaker's name.
    pub(crate) said: u32,
    /// Who said it, hashed: the role and the name.
    pub(crate) speaker: u32,
}

impl MemoryIndex {
    /// An empty index, for these vectors.
    pub(crate) fn new(kind: VectorKind) -> Self {
        Self { kind, chunks: Vec::new() }
    }

    /// Its vectors.
    pub(crate) fn kind(&self) -> VectorKind {
        self.kind
    }

    /// Reads the memories that match a condition on `memories AS m`.
    pub(crate) fn read(
        connection: &Connection,
        rows: &Where,
        kind: VectorKind,
        build: &mut Build,
    ) -> Result<Self, EngineError> {
        let mut growing = Self::new(kind).grow();
        // CROSS JOIN fixes the order: first the condition, by its index, then a look-up for each
        // row.
        let sql = format!(
            "SELECT m.seq, m.event_seq, m.position, m.created_at, m.updated_at, m.expiration_date, v.vector, i.terms, i.passages, m.role, m.actor, m.lifecycle, i.sources \
             FROM memories AS m CROSS JOIN memory_index AS i ON i.seq = m.seq \
             LEFT JOIN memory_vectors AS v ON v.seq = m.seq WHERE {} ORDER BY m.seq",
            rows.sql
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut found = statement.query(params_from_iter(&rows.values))?;
        let (mut sealed, mut noted) = (0, 0);
        while let Some(row) = found.next()? {
            growing.push_row(row)?;
            if growing.memories.len() == CHUNK {
                growing.seal();
                sealed += growing.full.last().map_or(0, |chunk| chunk.bytes());
            }
            let bytes = sealed + growing.bytes();
            if bytes > noted + NOTED {
                build.takes(bytes)?;
                noted = bytes;
            }
        }
        Ok(growing.done())
    }

    /// Adds the memories that were stored later, by scanning all newer memories of the folder.
    pub(crate) fn read_on(
        &self,
        connection: &Connection,
        rows: Where,
    ) -> Result<Self, EngineError> {
        let mut growing = self.clone().grow();
        // NOT INDEXED, since no index is in storage order.
        let sql = format!(
            "SELECT m.seq, m.event_seq, m.position, m.created_at, m.updated_at, m.expiration_date, v.vector, i.terms, i.passages, m.role, m.actor, m.lifecycle, i.sources \
             FROM memories AS m NOT INDEXED CROSS JOIN memory_index AS i ON i.seq = m.seq \
             LEFT JOIN memory_vectors AS v ON v.seq = m.seq \
             WHERE {} AND m.seq > ? ORDER BY m.seq",
            rows.sql
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut found =
            statement.query(params_from_iter(rows.and([SqlValue::from(self.last_seq())])))?;
        while let Some(row) = found.next()? {
            growing.push_row(row)?;
        }
        Ok(growing.done())
    }

    /// Continues from this index. Only the last chunk is copied.
    pub(crate) fn grow(mut self) -> Growing {
        let open = self.chunks.pop_if(|last| last.memories.len() < CHUNK);
        let kind = self.kind;
        let mut growing = Growing { kind, full: self.chunks, ..Growing::default() };
        if let Some(open) = open {
            growing.memories.clone_from(&open.memories);
            growing.vectors.clone_from(&open.vectors);
            growing.inverse_lengths.clone_from(&open.inverse_lengths);
            growing.long.clone_from(&open.long);
            growing.sources.clone_from(&open.sources);
            growing.words_of_sources = open.words_of_sources.pairs();
            growing.words = open.words.pairs();
            growing.speakers = open.speakers.pairs();
        }
        growing
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.memories.len())
    }

    /// All memories in order.
    pub(crate) fn memories(&self) -> impl Iterator<Item = &IndexedMemory> {
        self.chunks.iter().flat_map(|chunk| &chunk.memories)
    }

    pub(crate) fn memory(&self, at: usize) -> Option<&IndexedMemory> {
        self.chunks.get(at / CHUNK)?.memories.get(at % CHUNK)
    }

    /// The earliest expiration date.
    pub(crate) fn first_expiration(&self) -> Option<Date> {
        self.chunks.iter().filter_map(|chunk| chunk.first_expiration).min()
    }

    /// Whether of one of the memories this became.
    pub(crate) fn has(&self, lifecycle: Lifecycle) -> bool {
        self.chunks.iter().any(|chunk| match lifecycle {
            Lifecycle::Active => true,
            Lifecycle::Superseded => chunk.has_superseded,
            Lifecycle::Merged => chunk.has_merged,
        })
    }

    /// Where the memory with this number is.
    pub(crate) fn position(&self, seq: i64) -> Option<usize> {
        let last = |chunk: &Arc<Chunk>| chunk.memories.last().map(|memory| memory.seq);
        let number = self.chunks.partition_point(|chunk| last(chunk) < Some(seq));
        let chunk = self.chunks.get(number)?;
        let at = chunk.memories.binary_search_by_key(&seq, |memory| memory.seq).ok()?;
        Some(number * CHUNK + at)
    }

    /// The number of the newest memory.
    pub(crate) fn last_seq(&self) -> i64 {
        self.chunks.last().and_then(|last| last.memories.last()).map_or(0, |memory| memory.seq)
    }

    /// For each direction, the cosine of each memory's best passage and it, of its text or also of
    /// its sources: 1 for the same direction, 0 for an unrelated one or no vector. The directions
    /// have the dimensions of the vectors.
    pub(crate) fn cosines(&self, directions: Vec<Direction>, by_sources: bool) -> Vec<Vec<f32>> {
        let list = |direction| (direction, Vec::with_capacity(self.len()));
        let mut lists: Vec<_> = directions.into_iter().map(list).collect();
        for (number, chunk) in self.chunks.iter().enumerate() {
            give_way_for_now();
            vector::cosines_of_all(&mut lists, &chunk.vectors, &chunk.inverse_lengths);
            for (direction, cosines) in &mut lists {
                let of_chunk = cosines.get_mut(number * CHUNK..).unwrap_or_default();
                chunk.long.replace(direction, of_chunk);
                if by_sources {
                    chunk.sources.raise(direction, of_chunk);
                }
            }
        }
        lists.into_iter().map(|(_, cosines)| cosines).collect()
    }

    /// The words of a memory's passages; `None` if it has one.
    pub(crate) fn passages(&self, at: usize) -> Option<&PassageWords> {
        self.chunks.get(at / CHUNK)?.long.words(at % CHUNK)
    }

    /// The words of the passages of a memory's sources; `None` if it has none.
    pub(crate) fn sources(&self, at: usize) -> Option<&PassageWords> {
        self.chunks.get(at / CHUNK)?.sources.words(at % CHUNK)
    }

    /// The cosine of each passage of a memory and a direction; none where it has one passage.
    pub(crate) fn cosines_of_passages(&self, at: usize, direction: &Direction) -> Vec<f32> {
        let chunk = self.chunks.get(at / CHUNK);
        chunk.map_or_else(Vec::new, |chunk| chunk.long.cosines(at % CHUNK, direction))
    }

    /// The words of the memories, those of [`CHUNK`] after those of [`CHUNK`].
    pub(crate) fn words(&self) -> impl Iterator<Item = &Postings> {
        self.chunks.iter().map(|chunk| &chunk.words)
    }

    /// The same words of their sources.
    pub(crate) fn words_of_sources(&self) -> impl Iterator<Item = &Postings> {
        self.chunks.iter().map(|chunk| &chunk.words_of_sources)
    }

    /// Whether a memory has a source.
    pub(crate) fn has_sources(&self) -> bool {
        self.chunks.iter().any(|chunk| !chunk.words_of_sources.is_empty())
    }

    /// Whether a memory has a speaker.
    pub(crate) fn has_speakers(&self) -> bool {
        self.chunks.iter().any(|chunk| !chunk.speakers.is_empty())
    }

    /// The memories whose speaker's name has a word, ascending.
    pub(crate) fn spoken_by(&self, word: WordHash) -> impl Iterator<Item = usize> {
        self.chunks.iter().enumerate().flat_map(move |(number, chunk)| {
            chunk.speakers.rows(word).iter().map(move |row| number * CHUNK + usize::from(*row))
        })
    }

    /// Roughly how many bytes of memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.bytes()).sum()
    }
}

impl Chunk {
    fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.memories.len() * (size_of::<IndexedMemory>() + size_of::<f32>())
            + self.vectors.len()
            + self.long.bytes()
            + self.sources.bytes()
            + self.words_of_sources.bytes()
            + self.words.bytes()
            + self.speakers.bytes()
    }
}

impl IndexedMemory {
    /// A memory with this number; everything else is still to be set.
    pub(crate) fn new(seq: i64) -> Self {
        Self {
            seq,
            event_seq: 0,
            position: 0,
            created_at: 0,
            updated_at: 0,
            expiration_date: None,
            terms: 0,
            asks: false,
            lifecycle: Lifecycle::Active,
            said: 0,
            speaker: 0,
        }
    }
}

/// A number for who speaks, which other speakers hardly share.
pub(crate) fn speaker(role: &[u8], name: Option<&[u8]>) -> u32 {
    let mut hasher = DefaultHasher::new();
    (role, name).hash(&mut hasher);
    hasher.finish() as u32
}

/// An index under construction. Memories are added in the order of their numbers.
#[derive(Default)]
pub(crate) struct Growing {
    kind: VectorKind,
    full: Vec<Arc<Chunk>>,
    memories: Vec<IndexedMemory>,
    vectors: Vec<u8>,
    inverse_lengths: Vec<f32>,
    long: LongMemories,
    sources: LongMemories,
    words_of_sources: Vec<(WordHash, u16)>,
    words: Vec<(WordHash, u16)>,
    speakers: Vec<(WordHash, u16)>,
}

impl Growing {
    fn push_row(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let memory = IndexedMemory {
            event_seq: row.get(1)?,
            position: row.get(2)?,
            created_at: row.get(3)?,
            updated_at: row.get(4)?,
            expiration_date: date_column(row, 5)?,
            lifecycle: row.get(11)?,
            speaker: speaker(row.get_ref(9)?.as_bytes()?, row.get_ref(10)?.as_bytes_or_null()?),
            ..IndexedMemory::new(row.get(0)?)
        };
        let vectors = row.get_ref(6)?.as_blob_or_null()?.unwrap_or_default();
        let passages = read_passages(row.get_ref(8)?.as_str_or_null()?);
        let sources = row.get_ref(12)?.as_str_or_null()?;
        self.push(memory, vectors, row.get_ref(7)?.as_str()?, &passages, sources);
        Ok(())
    }

    /// `vectors` holds the bytes of a vector for each of the `passages` and of the `sources`, for
    /// the passages alone, or of one for all of the text; any other length means that the memory
    /// has none. `text` was written with the passages by
    /// [`analysed_text::write_passages`](crate::text::analysed_text::write_passages), and each line
    /// of the `sources` by [`analysed_text::write`](crate::text::analysed_text::write).
    pub(crate) fn push(
        &mut self,
        memory: IndexedMemory,
        vectors: &[u8],
        text: &str,
        passages: &[Passage],
        sources: Option<&str>,
    ) {
        if self.memories.len() == CHUNK {
            self.seal();
        }
        let row = u16::try_from(self.memories.len()).unwrap_or(u16::MAX);
        let text = AnalysedText::read(text);
        let mut terms = 0.0;
        for word in text.words() {
            terms += words_of(word.term());
            self.words.extend(WordHash::all(word).map(|word| (word, row)));
        }
        let said = text.words().skip(text.speaker_words().count());
        let said = said.filter(|word| words_of(word.term()) > 0.0).count() as u32;
        let asks = text.asks() && terms <= MOST_ASKING_WORDS;
        let speaker = text.speaker_words().flat_map(WordHash::all);
        self.speakers.extend(speaker.map(|word| (word, row)));
        let terms = terms.ceil() as u32;
        self.memories.push(IndexedMemory { terms, asks, said, ..memory });
        let dimensions = self.kind.dimensions;
        let count = passages.len().max(1);
        let mut vectors = vectors;
        if sources.is_some() {
            let words = read_sources(sources).flat_map(AnalysedText::words);
            self.words_of_sources.extend(words.flat_map(WordHash::all).map(|word| (word, row)));
            let sources = PassageWords::of_each(read_sources(sources));
            let mut of_sources: &[u8] = &[];
            if vectors.len() == dimensions * (count + sources.len()) {
                (vectors, of_sources) = vectors.split_at(dimensions * count);
            }
            self.sources.push(row, of_sources, dimensions, sources);
        }
        if passages.len() > 1 {
            self.long.push(row, vectors, dimensions, PassageWords::of(text, passages));
        }
        let is_whole = [dimensions, dimensions * count].contains(&vectors.len());
        let vector = vectors.get(..dimensions).filter(|_| is_whole);
        if let Some(vector) = vector.filter(|vector| vector::is_sound(vector)) {
            self.inverse_lengths.push(vector::inverse_length(vector));
            self.vectors.extend_from_slice(vector);
        } else {
            self.inverse_lengths.push(0.0);
            self.vectors.resize(self.vectors.len() + self.kind.dimensions, 0);
        }
    }

    /// Roughly how many bytes of memory the memories take that are not sealed yet.
    fn bytes(&self) -> usize {
        self.memories.len() * (size_of::<IndexedMemory>() + size_of::<f32>())
            + self.vectors.len()
            + self.long.bytes()
            + self.sources.bytes()
            + (self.words.len() + self.speakers.len() + self.words_of_sources.len())
                * size_of::<(WordHash, u16)>()
    }

    fn seal(&mut self) {
        let expirations = self.memories.iter().filter_map(|memory| memory.expiration_date);
        let first_expiration = expirations.min();
        let became = |lifecycle| self.memories.iter().any(|memory| memory.lifecycle == lifecycle);
        let mut chunk = Chunk {
            first_expiration,
            has_superseded: became(Lifecycle::Superseded),
            has_merged: became(Lifecycle::Merged),
            memories: std::mem::take(&mut self.memories),
            vectors: std::mem::take(&mut self.vectors),
            inverse_lengths: std::mem::take(&mut self.inverse_lengths),
            long: std::mem::take(&mut self.long),
            sources: std::mem::take(&mut self.sources),
            words_of_sources: Postings::of(std::mem::take(&mut self.words_of_sources)),
            words: Postings::of(std::mem::take(&mut self.words)),
            speakers: Postings::of(std::mem::take(&mut self.speakers)),
        };
        chunk.memories.shrink_to_fit();
        chunk.vectors.shrink_to_fit();
        chunk.inverse_lengths.shrink_to_fit();
        chunk.long.shrink_to_fit();
        chunk.sources.shrink_to_fit();
        self.full.push(Arc::new(chunk));
    }

    pub(crate) fn done(mut self) -> MemoryIndex {
        if !self.memories.is_empty() {
            self.seal();
        }
        MemoryIndex { kind: self.kind, chunks: self.full }
    }
}
