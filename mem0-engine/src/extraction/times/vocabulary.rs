//! The words of times, in many languages: a hyphen stands for any ending, and `_` for a space. In
//! scripts that are written without spaces a word may be anywhere.

use crate::extraction::words::mood::has_in;

/// From January on.
pub(crate) const MONTHS: [&str; 12] = [
    "january jan januar- janvier enero gennaio janeiro tammikuu- styczeń stycznia styczniu leden \
     ledna lednu январ- січень січня січні ocak- ianuarie ιανουαρ- يناير ינואר जनवरी",
    "february feb februar- février febrero febbraio fevereiro helmikuu- luty lutego lutym únor- \
     феврал- лютий лютого лютому şubat- φεβρουαρ- فبراير פברואר फरवरी",
    "march märz mars marzo março maart maaliskuu- marzec marca marcu březen března březnu март- \
     березень березня березні mart maret martie μάρτ- μαρτ- مارس מרץ मार्च március-",
    "april avril abril aprile huhtikuu- kwiecień kwietnia kwietniu duben dubna dubnu апрел- квітень \
     квітня квітні nisan- aprilie απρίλ- απριλ- أبريل אפריל अप्रैल április-",
    "may mai mayo maggio maio mei maj maja maju toukokuu- květen května květnu май мая мае травень \
     травня травні mayıs- μάι- μαΐ- مايو מאי मई május-",
    "june juni juin junio giugno junho kesäkuu- czerwiec czerwca czerwcu červen června červnu июн- \
     червень червня червні haziran- iunie ιούν- ιουν- يونيو יוני जून június-",
    "july juli juillet julio luglio julho heinäkuu- lipiec lipca lipcu červenec července červenci \
     июл- липень липня липні temmuz- iulie ιούλ- ιουλ- يوليو יולי जुलाई július-",
    "august aug août aout agosto augustus augusti agustus elokuu- sierpień sierpnia sierpniu srpen \
     srpna srpnu август- серпень серпня серпні ağustos- αύγουστ- αυγούστ- أغسطس אוגוסט अगस्त",
    "september sep sept septembre septiembre settembre setembro syyskuu- wrzesień września wrześniu \
     září сентябр- вересень вересня вересні eylül- septembrie σεπτέμβρ- σεπτεμβρ- سبتمبر ספטמבר सितंबर",
    "october oct oktober octobre octubre ottobre outubro lokakuu- październik- říjen října říjnu \
     октябр- жовтень жовтня жовтні ekim- octombrie οκτώβρ- οκτωβρ- أكتوبر אוקטובר अक्टूबर október-",
    "november nov novembre noviembre novembro marraskuu- listopad- ноябр- листопад- kasım- noiembrie \
     νοέμβρ- νοεμβρ- نوفمبر נובמבר नवंबर",
    "december dec dezember décembre diciembre dicembre dezembro desember joulukuu- grudzień grudnia \
     grudniu prosinec prosince prosinci декабр- грудень грудня грудні aralık- decembrie δεκέμβρ- \
     δεκεμβρ- ديسمبر דצמבר दिसंबर",
];

/// From Monday on.
pub(crate) const WEEKDAYS: [&str; 7] = [
    "monday- montag- lundi- lunes lunedì lunedi segunda segunda-feira maandag- måndag- mandag- \
     maanantai- poniedziałek poniedziałk- pondělí понедельник- понеділ- pazartesi δευτέρα الاثنين \
     الإثنين יום_שני सोमवार senin thứ_hai 月曜 周一 星期一 礼拜一 週一 월요일 วันจันทร์",
    "tuesday- dienstag- mardi- martes martedì martedi terça dinsdag- tisdag- tirsdag- tiistai- \
     wtorek wtork- úterý вторник- вівтор- salı τρίτη الثلاثاء יום_שלישי मंगलवार selasa thứ_ba 火曜 \
     周二 星期二 礼拜二 週二 화요일 วันอังคาร",
    "wednesday- mittwoch- mercredi- miércoles miercoles mercoledì mercoledi quarta woensdag- \
     onsdag- keskiviikko- środa środę środy středa středu среда среду среды среде середа середу \
     çarşamba τετάρτη الأربعاء יום_רביעי बुधवार rabu thứ_tư 水曜 周三 星期三 礼拜三 週三 수요일 วันพุธ",
    "thursday- donnerstag- jeudi- jueves giovedì giovedi quinta donderdag- torsdag- torstai- \
     czwartek czwartk- čtvrtek четверг- четвер perşembe πέμπτη الخميس יום_חמישי गुरुवार kamis \
     thứ_năm 木曜 周四 星期四 礼拜四 週四 목요일 วันพฤหัส",
    "friday- freitag- vendredi- viernes venerdì venerdi sexta vrijdag- fredag- perjantai- piątek \
     piątk- pátek пятниц- п'ятниц- cuma παρασκευή الجمعة יום_שישי शुक्रवार jumat thứ_sáu 金曜 周五 \
     星期五 礼拜五 週五 금요일 วันศุกร์",
    "saturday- samstag- sonnabend- samedi- sábado- sabado sabato zaterdag- lördag- lørdag- \
     lauantai- sobota sobotę soboty sobotu суббот- субот- cumartesi σάββατο السبت שבת शनिवार sabtu \
     thứ_bảy 土曜 周六 星期六 礼拜六 週六 토요일 วันเสาร์",
    "sunday- sonntag- dimanche- domingo- domenica zondag- söndag- søndag- sunnuntai- niedziela \
     niedzielę niedziel- neděle neděli воскресень- неділ- pazar κυριακή الأحد יום_ראשון रविवार \
     minggu chủ_nhật 日曜 周日 星期日 星期天 周天 礼拜天 週日 일요일 วันอาทิตย์",
];

/// From spring on.
pub(crate) const SEASONS: [&str; 4] = [
    "spring springtime frühling frühjahr printemps primavera voorjaar lente vår våren våras forår \
     foråret kevät kevään kevääl- keväinä wiosna wiosną wiosnę wiosny jaro jara jaře весна весной \
     весну весны навесні ilkbahar bahar άνοιξη الربيع אביב वसंत 春 봄",
    "summer summertime sommer été verano estate verão zomer sommar- sommer- kesä- lato latem lecie \
     léto létě лето лета летом літо влітку yaz yazın καλοκαίρι الصيف קיץ गर्मी 夏 여름",
    "autumn fall herbst- automne otoño autunno outono herfst höst- efterår- høst- syksy- jesień \
     jesienią jesieni podzim- осень осенью осени осінь восени sonbahar φθινόπωρο الخريف סתיו 秋 가을",
    "winter wintertime hiver invierno inverno vinter- talv- zima zimą zimu zimě зима зимой зиму \
     зимы взимку kış kışın χειμώνα- الشتاء חורף सर्दी 冬 겨울",
];

/// Days by their distance from today.
pub(crate) const DAYS: [(i64, &str); 5] = [
    (
        0,
        "today tonight this_morning this_evening this_afternoon heute aujourd'hui hoy oggi hoje \
         vandaag idag i_dag tänään dziś dzisiaj dnes сегодня сьогодні bugün σήμερα اليوم היום आज \
         hôm_nay hari_ini 今天 今日 今晚 今朝 오늘 วันนี้",
    ),
    (
        -1,
        "yesterday last_night gestern hier ayer ieri ontem gisteren igår i_går eilen wczoraj včera \
         вчера вчора dün χτες χθες أمس אתמול hôm_qua kemarin 昨天 昨日 昨晚 어제 เมื่อวาน",
    ),
    (
        -2,
        "day_before_yesterday vorgestern avant-hier avant_hier anteayer l'altro_ieri anteontem \
         eergisteren förrgår toissapäivänä przedwczoraj předevčírem позавчера позавчора 前天 一昨日 \
         おととい 그저께",
    ),
    (
        1,
        "tomorrow morgen demain mañana domani amanhã imorgon i_morgen huomenna jutro zítra завтра \
         yarın αύριο غدا מחר 明天 明日 내일 พรุ่งนี้ besok ngày_mai",
    ),
    (
        2,
        "day_after_tomorrow übermorgen après-demain après_demain pasado_mañana dopodomani \
         depois_de_amanhã overmorgen övermorgon ylihuomenna pojutrze pozítří послезавтра \
         післязавтра 后天 後天 明後日 あさって 모레",
    ),
];

/// Spans of days, months and years in one word: by how many months or years from this one.
pub(crate) const WEEKS: [(i64, &str); 3] = [
    (-1, "上周 上週 上星期 上个星期 先週 지난주 지난_주"),
    (0, "这周 這週 本周 本週 这星期 今週 이번_주 이번주"),
    (1, "下周 下週 下星期 下个星期 来週 다음_주 다음주"),
];
pub(crate) const NEAR_MONTHS: [(i64, &str); 3] = [
    (-1, "上个月 上個月 上月 先月 지난달 지난_달"),
    (0, "这个月 這個月 本月 今月 이번_달 이번달"),
    (1, "下个月 下個月 下月 来月 다음_달 다음달"),
];
pub(crate) const NEAR_YEARS: [(i64, &str); 4] = [
    (-2, "前年 おととし 재작년 позаторік"),
    (
        -1,
        "去年 昨年 작년 지난해 торік минулоріч geçen_sene fjol loni vloni minulý_rok zeszłym_roku",
    ),
    (0, "今年 올해 letos цьогоріч"),
    (1, "明年 来年 內年 내년"),
];

/// "Last", "this", "next", and the one after it.
pub(crate) const NEAR: [(i64, &str); 4] = [
    (
        -1,
        "last past previous letzt- vergangen- vorig- dernier dernière derniers dernières passé \
         passée pasado pasada passado passada scorso scorsa afgelopen förra sidste forrige siste \
         viime zeszł- ubiegł- minul- прошл- минул- geçen περασμέν- الماضي الماضية שעבר שעברה पिछले \
         पिछली lalu trước",
    ),
    (
        0,
        "this dies- ce cet cette este esta questo questa deze dit denna den_här denne tämä tänä \
         ten tę w_tym tento tuto letošn- этот эту этой этом этого цей цього цю цьому bu αυτό αυτή \
         هذا هذه הזה הזאת इस ini này",
    ),
    (
        1,
        "next coming upcoming nächst- kommend- prochain prochaine próximo próxima proximo proxima \
         que_viene prossimo prossima volgend- komend- nästa næste neste ensi przyszł- příští \
         следующ- будущ- наступн- gelecek önümüzdeki επόμεν- القادم القادمة הבא הבאה अगले अगली \
         depan tới sau",
    ),
    (2, "übernächst-"),
];

/// Days, weeks, months, years, and ends of weeks.
pub(crate) const DAY_UNITS: &str = "\
    day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen dagar dage dager \
    päivä päivää päivän dzień dni dnia dnů dny dní день дня дней днів дні gün ημέρες μέρες يوم \
    أيام יום ימים दिन ngày hari";
pub(crate) const WEEK_UNITS: &str = "\
    week weeks woche wochen semaine semaines semana semanas settimana settimane weken vecka veckor \
    veckan uge uger uke uker viikko viikkoa viikolla tydzień tygodnie tygodni tygodniu týden týdny \
    týdnu недел- тижд- тижн- hafta haftaya εβδομάδ- أسبوع أسابيع שבוע שבועות हफ्ते हफ़्ते tuần minggu";
pub(crate) const MONTH_UNITS: &str = "\
    month months monat monate monaten mois mes meses mese mesi mês maand maanden månad månader \
    måned måneder kuukausi kuukautta kuussa miesiąc miesiące miesięcy miesiącu měsíc měsíce měsíců \
    месяц- місяц- ay aylar μήνα μήνες شهر أشهر חודש חודשים महीने tháng bulan";
pub(crate) const YEAR_UNITS: &str = "\
    year years jahr jahre jahren jahres an ans année années año años anno anni ano anos jaar jaren \
    år året vuosi vuotta vuonna rok roku lata lat let roky год года году годом лет рік року років \
    роки yıl sene χρόνια χρόνο έτος سنة سنوات عام שנה שנים साल năm tahun";
pub(crate) const WEEKENDS: &str = "\
    weekend weekends wochenende week-end fin_de_semana fine_settimana fim_de_semana viikonloppu- \
    helg helgen weekendem víkend- выходн- вихідн- hafta_sonu 周末 週末 주말";

/// That it comes again and again.
pub(crate) const RECURRING: &str = "\
    every each always usually weekly daily monthly yearly annually often regularly twice mondays \
    tuesdays wednesdays thursdays fridays saturdays sundays weekends \
    jeden jede jedes immer täglich wöchentlich monatlich jährlich oft montags dienstags mittwochs \
    donnerstags freitags samstags sonntags chaque toujours tous_les toutes_les quotidien- souvent \
    cada todos_los todas_las siempre a_menudo ogni sempre tutti_i tutte_le spesso todos_os \
    todas_as toda todo sempre elke iedere altijd varje alltid hver hvert alltid altid joka aina \
    każdy każdego każdą co_roku co_tydzień zawsze każd- každ- vždy кажд- всегда ежедневно еженедельно \
    кожн- завжди her κάθε πάντα كل دائما כל תמיד हर मỗi mỗi setiap selalu \
    每 毎 总是 總是 经常 いつも 매주 매일 매년 매달 마다 항상 ทุก";

/// Words before a day of a month.
pub(crate) const BEFORE_DAYS: &str = "the am der dem den le el il o dia día on vom zum bis ab";

/// Noon and the middle of the night, by the minute of the day.
pub(crate) const HOURS: [(u16, &str); 2] = [
    (
        720,
        "noon midday mittag mittags midi mediodía mezzogiorno meio-dia middag полдень 正午 中午 정오",
    ),
    (
        0,
        "midnight mitternacht minuit medianoche mezzanotte meia-noite middernacht полночь 午夜 零時 자정",
    ),
];

/// Whether a word names a month, a weekday or a season.
pub(crate) fn is_time_word(word: &str) -> bool {
    let spaced = format!(" {} ", word.to_lowercase());
    MONTHS.iter().chain(&WEEKDAYS).chain(&SEASONS).any(|words| has_in(&spaced, words))
        || has_in(&spaced, MORE_TIME_WORDS)
}

const MORE_TIME_WORDS: &str = "\
    enero febrero marzo abril mayo junio julio agosto märz frühling sommer herbst winter monday";
