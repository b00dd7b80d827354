//! Which language a text is in, by its most common words.

/// The words that are in most sentences of a language, and in few of another.
pub(crate) const LANGUAGES: [(&str, &str); 16] = [
    (
        "en",
        "the is are was of and to has have had her his their with for from works lives likes does \
         not wants plans prefers owns i my i'm i've they she he about been will when who which \
         would this that it be you your we our us they them what it's there here just than him did \
         don't can could should some any more out up about into after before because very really \
         being were thanks how know get got make think like love good great work new day week times \
         own went took come keep keeps going too do does wanna gonna gotta kinda im ive dont \
         cant doesnt didnt yeah",
    ),
    (
        "de",
        "der die das ist sind war und nicht ich er sie hat haben mit für von ein eine einen einem \
         mein meine seine ihre zu im am auf bei wohnt arbeitet mag bin gegen seit dass auch den dem",
    ),
    (
        "fr",
        "le la les est sont était et pas je il elle avec pour dans une des du aux mon ma mes son sa \
         ses habite travaille aime suis qui depuis chez l'utilisateur au ne j'ai j'habite",
    ),
    (
        "es",
        "el la los las es son era y con para una del mi mis su sus vive trabaja trabajo gusta tiene soy \
         no que desde está tengo vivo me muy por",
    ),
    (
        "it",
        "il lo gli è sono era e non con per una del della mio mia suo sua vive lavora piace ha che \
         da di nel nella ho sono abita vivo",
    ),
    (
        "pt",
        "o os as é são era e não com para uma do da meu minha seu sua mora trabalha gosta tem que trabalho estou \
         você gosto na das dos muito mas \
         desde em no na tenho moro eu",
    ),
    (
        "nl",
        "de het een is zijn was en niet ik hij zij heeft met voor van mijn woont werkt houdt ben \
         sinds dat ook naar bij heb",
    ),
    (
        "north",
        "och det den är var inte jag han hon har med för på min mitt bor arbetar gillar som att av \
         og er ikke jeg hun elsker liker jobber til ett en",
    ),
    ("fi", "on ja ei hän minä olen oli että mutta kanssa asuu työskentelee pitää minun hänen se"),
    (
        "pl",
        "jest są był i nie ja się on ona ma z na w do mój moja mieszka pracuje lubi jestem że mam",
    ),
    ("cs", "je jsou byl a ne já se on ona má s na v do můj moje bydlí pracuje rád jsem že mám si"),
    ("tr", "ve bir bu değil ben o ile için çok benim onun yaşıyor çalışıyor seviyor var yok da de"),
    ("hu", "a az és nem én ő van volt egy hogy vagyok lakik dolgozik szereti nekem meg"),
    (
        "ro",
        "este sunt și nu eu el ea are cu pentru în din la meu mea locuiește lucrează îi place că",
    ),
    (
        "id",
        "yang dan di tidak saya dia adalah dengan untuk dari ini itu tinggal bekerja suka punya",
    ),
    ("vi", "là của và không tôi anh có với cho ở đang sống làm thích được người"),
];

/// The language that a text seems to be in.
pub(crate) struct Guess {
    pub(crate) name: &'static str,
    /// Whether its words are of no other language.
    pub(crate) is_sure: bool,
}

impl Guess {
    /// Whether another text is in another language. English is told from the others by a word;
    /// those are closer to each other.
    pub(crate) fn is_not(&self, other: &Self) -> bool {
        let is_english = self.name == "en" || other.name == "en";
        self.name != other.name && (is_english || self.is_sure && other.is_sure)
    }
}

/// The language of a text in Latin letters, where its common words tell.
pub(crate) fn language(spaced: &str) -> Option<Guess> {
    let words: Vec<&str> = spaced.split(' ').filter(|word| !word.is_empty()).collect();
    let score = |list: &str| {
        let of = |word: &&&str| list.split_ascii_whitespace().any(|it| it == **word);
        words.iter().filter(of).count()
    };
    let mut scores: Vec<(usize, &'static str)> =
        LANGUAGES.iter().map(|(name, list)| (score(list), *name)).collect();
    scores.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let (best, name) = scores.first().copied()?;
    let second = scores.get(1).map_or(0, |(score, _)| *score);
    (best >= 2 && best > second).then_some(Guess { name, is_sure: best >= second + 2 })
}
