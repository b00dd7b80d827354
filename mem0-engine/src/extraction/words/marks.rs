//! Words that say how others are meant, in many languages.
//!
//! `_` is a space, and a hyphen at the end stands for any ending. In scripts that are written
//! without spaces a mark may be anywhere.

/// The marks of a list, without the languages that they are of.
pub(crate) fn entries(marks: &str) -> impl Iterator<Item = &str> {
    marks.split_ascii_whitespace().map(|mark| mark.split_once('/').map_or(mark, |(mark, _)| mark))
}

/// What a fact calls whoever speaks.
pub(crate) const SPEAKERS: &str = "\
    user users assistant speaker nutzerperson benutzerperson nutzer nutzerin nutzers benutzer benutzerin utilisateur \
    utilisatrice usuario usuaria usuário usuária utente gebruiker användaren användare brukeren \
    bruger brugeren käyttäjä käyttäjän użytkownik użytkowniczka uživatel uživatelka пользователь \
    пользователя пользователю пользователем пользовательница пользовательницы користувач \
    користувача користувачка користувачки користувачці користувачку utilisateurs kullanıcının kullanıcıya kullanıcı kullanici χρήστης المستخدم משתמש उपयोगकर्ता 用户 用戶 \
    使用者 ユーザー 利用者 사용자 ผู้ใช้ pengguna";

/// "Not", "never", "without".
pub(crate) const NEGATIONS: &str = "\
    not no/!pt never none nothing nobody cannot can't don't doesn't didn't isn't aren't wasn't weren't \
    won't couldn't wouldn't shouldn't haven't hasn't hadn't ain't avoid- refus- lacks lack without neither nor dont doesnt \
    didnt isnt cant arent wasnt werent couldnt wouldnt shouldnt havent hasnt hadnt aint \
    nicht kein keine keinen keinem keiner keines nie niemals ohne weder \
    pas/!nl jamais aucun aucune sans rien nunca jamás sin ningún ninguna ninguno tampoco nada mai/!de \
    senza nessun nessuno nessuna non não sem nenhum nenhuma niet geen nooit zonder inte aldrig \
    ingen inga utan ikke aldri uden uten ei/!de eivät ilman nie bez żaden żadnych żadnej  není \
    nemám nejsem nikdy не нет никогда без нету ні немає ніколи değil yok hiç asla δεν μην όχι χωρίς \
    ποτέ لا ليس ليست لم لن بدون לא אין בלי नहीं मत बिना không chưa chẳng tidak bukan tanpa belum \
    不 没 沒 无 無い ない ません 안 않 못 없 아니 ไม่ มิได้";

/// What has a negation in it and denies nothing: by mistake, but, not bad, few.
pub(crate) const NO_NEGATIONS: &str = "\
    can't_wait cant_wait don't_even_ask dont_even_ask don't_ask dont_ask don't_get_me_wrong \
    dont_worry cant_believe cant_stop cant_help cannot_wait couldn't_wait long_time_no no_problem no_worries don't_worry \
    no_matter no_wonder no_doubt no_idea_how nothing_like nothing_better can't_stop can't_believe \
    can't_help can't_imagine couldn't_be_happier couldn't_agree_more not_only not_just not_to_mention \
    don't_forget won't_quit why_not if_not never_gets_old not_bad without_a_doubt no_time \
    nicht_nur kein_problem keine_sorge kein_wunder keine_ahnung kaum_erwarten nicht_erwarten \
    nicht_abwarten warum_nicht ohne_zweifel nicht_schlecht pas_seulement pas_de_problème \
    pas_de_souci pas_mal sans_doute sans_problème no_solo no_sólo sin_duda no_hay_problema non_solo \
    senza_dubbio não_só sem_dúvida niet_alleen geen_probleem geen_zorgen inte_bara inga_problem \
    ikke_bare не_только без_проблем без_сомнения не_тільки nie_tylko nejen sadece_değil \
    잘못 不过 不過 不错 不錯 不仅 不僅 不但 不只 不同 差不多 不好意思 对不起 對不起 没关系 沒關係 没错 沒錯 无论 無論 \
    少ない 危ない";

/// That something has come to an end.
pub(crate) const ENDINGS: &str = "\
    gave_up given_up giving_up stopped quit quitting no_longer any_more anymore not_anymore \
    nicht_mehr aufgehört aufgegeben ne_plus arrêté ya_no dejé dejado non_più smesso não_mais parei \
    niet_meer gestopt inte_längre slutat ikke_lenger ikke_længere sluttet lopet- już_nie \
    przestał- už_ne přestal- больше_не бросил- перестал- більше_не кинув artık_değil bıraktı- \
    πια σταμάτησ- 不再 戒了 戒掉 やめた 辞めた やめました 辞めました 그만두 끊었";

/// What asks in form, and suggests where an assistant says it.
pub(crate) const SUGGESTIONS: &str = "\
    how_about what_about why_not why_don't_you wie_wäre wie_wär warum_nicht et_si pourquoi_pas \
    qué_tal por_qué_no che_ne_dici perché_non que_tal por_que_não wat_dacht_je waarom_niet hur_vore \
    hva_med hvad_med может_быть как_насчёт почему_бы як_щодо чому_б 怎么样 怎麼樣 如何 どうですか いかがですか 어때요 \
    어떨까요";

/// That something was done, or is so, at the moment at which it is told.
pub(crate) const JUST_NOW: &str = "\
    just now from_now_on gerade eben jetzt ab_jetzt soeben maintenant vient viens désormais ahora \
    acabo recién adesso appena agora acabei zojuist nyss teraz właśnie teď právě сейчас \
    только_что теперь зараз щойно şimdi az_önce τώρα μόλις الآن עכשיו अभी vừa bây_giờ sekarang \
    刚刚 剛剛 刚才 现在 現在 さっき 今 방금 지금";

/// That another clause begins, which may be of another mood.
pub(crate) const CONJUNCTIONS: &str = "\
    in_case but yet although though however while whereas because since so which aber doch obwohl sondern mais \
    quoique pero sino aunque ma però mas porém embora maar hoewel men fast mutta ale jednak но хотя а \
    але хоча ama fakat αλλά όμως لكن אבל लेकिन nhưng tapi tetapi";

/// Who a clause is about, where it has a subject of its own.
pub(crate) const SUBJECTS: &str = "\
    i i'm i've i'd i'll we we're we've we'd we'll he he's she she's it it's they they're they've \
    this that that's there there's these those my our his her its their ich wir er sie es das mein \
    meine unser unsere je j'ai j'aime j'habite nous il elle ils elles on c'est mon ma mes ik wij we \
    hij zij ze het mijn jag vi han hon det de min mitt mina jeg hun minä me hän se я мы он она оно \
    они мой моя мое мои это ми він вона вони мій моя це εγώ αυτός αυτή أنا هو هي אני אנחנו הוא היא \
    मैं हम वह वे tôi chúng_tôi anh_ấy cô_ấy saya dia 我 我们 我們 他 她 它 私 僕 俺 彼 저 나 우리 그";

/// What is wished to whom is spoken to, and leaves nothing open.
pub(crate) const NO_HEDGES: &str = "\
    wants_to_know want_to_know wanted_to_know wanted_to_let_you want_to_let_you wanted_to_tell want_to_tell wanted_to_say want_to_say \
    wanted_to_share want_to_share wanted_to_fill_you wanted_to_give_you wanted_to_ask want_to_ask \
    wanted_to_mention wanted_to_update hope_you hope_you're hope_you've hope_your hope_all hope_all's \
    hope_that_helps hope_this hoping_you hope_everything hope_things hope_it's_ok maybe_you \
    wollte_dir wollte_euch wollte_nur hoffe_dir hoffe_du je_voulais_te je_voulais_vous quería_decirte \
    quería_contarte volevo_dirti queria_te wilde_je хотел_сказать хотела_сказать хотел_рассказать \
    хотела_рассказать";

/// That something may be, or is wished or planned.
pub(crate) const HEDGES: &str = "\
    wanna gonna_try might maybe perhaps possibly probably likely potentially considers considering consider \
    considered thinking_of thinking_about think_about thinks_about hope hopes hoping hoped wish \
    wishes want wants wanted wanting would_like i'd_like would_love i'd_love plan plans planning \
    planned intend intends intending dream_of dreams_of dreaming_of i_may he_may she_may we_may \
    they_may you_may it_may may_be may_have may_not may_go may_move may_get may_become may_start \
    may_try may_want could_be could_move uncertain unsure not_sure \
    vielleicht möglicherweise eventuell wahrscheinlich überlegt überlege überlegen hofft hoffe \
    plant/de plane/de möchte möchten könnte könnten würde würden wünscht wünsche erwägt erwäge \
    peut-être peut_être pourrait pourrais aimerait aimerais voudrait voudrais espère envisage \
    envisagent compte/fr veux veut souhaite quizás quizá tal_vez podría quisiera quiero quiere espero \
    espera/es planea planeo pienso piensa forse potrei potrebbe vorrei vorrebbe spero spera pensa_di \
    penso_di talvez poderia gostaria pretende pretendo misschien zou/nl wil/nl hoopt hoop/nl overweegt \
    overweeg kanske skulle hoppas funderar måske kanskje håper ehkä haluaa haluan toivon \
    chce chcę chciałby chciałaby chciałbym chciałabym możná chtěl chtěla bych может_быть возможно \
    наверное хочет хочу хотел хотела планирует планирую надеется думает_о думаю_о можливо хочеш \
    belki istiyor istiyorum düşünüyor düşünüyorum ίσως θέλω θέλει ربما قد أريد يريد تريد אולי רוצה \
    शायद चाहता चाहती có_thể có_lẽ muốn định mungkin ingin \
    可能 也许 也許 或许 或許 想要 想去 想搬 想学 想學 打算 考虑 考慮 希望 计划 計劃 かもしれ かも たい つもり \
    考えて 検討 予定 たぶん 아마 수도_있 싶 생각_중 계획 อาจ อยาก คิดจะ";

/// What a fact says of what was left open, beside the hedges themselves.
pub(crate) const PLANS: &str = "\
    aspires aspiring aims aiming aim eager interested interest looking looks_forward willing \
    willingness offered offers offer keen would could may dreams dream wishing \
    desire desires seeking seeks open_to excited thinks believes feels suggested suggests \
    recommends recommended encourages encouraged expressed expresses idea ideas goal goals \
    intention curious empfiehlt empfahl rät riet vorgeschlagen schlägt recommande \
    recommandé conseille conseillé suggère suggéré recomienda recomendó sugiere sugirió aconseja \
    aconsejó consiglia consigliato suggerisce suggerito recomenda recomendou sugere sugeriu raadt \
    aangeraden rekommenderar föreslår anbefaler foreslår suosittelee ehdottaa poleca polecił doradza \
    doporučuje doporučil советует посоветовал предлагает предложил радить порадив пропонує önerdi \
    öneriyor πρότεινε προτείνει اقترح المساعد הציע הציעה המליץ सुझाव gợi_ý khuyên menyarankan 建议 建議 推荐 \
    推薦 おすすめ お勧め 勧め 提案 추천 제안 권";

/// That something was so once.
pub(crate) const PAST: &str = "\
    used_to formerly former previously previous ex once back_then in_the_past had_been was_a was_an \
    until_last früher ehemalig- damals war_ein war_eine autrefois ancien ancienne était_un \
    était_une antes antiguo antigua era_un era_una un_tempo vroeger tidligere tidigare aiemmin \
    kiedyś dříve раньше бывш- раніше eskiden 以前 曾经 曾經 かつて 예전";

/// A "yes" that answers.
pub(crate) const AGREEMENTS: &str = "\
    yes yeah yep yup ok okay sure right correct exactly indeed absolutely definitely ja jawohl genau \
    oui ouais sí si sim claro jo tak ano да так evet ναι نعم כן हाँ हां có ya kyllä \
    是的 对的 對的 是啊 对 對 是 はい そうです うん 네 예 응 ใช่";

/// A "no" that answers.
pub(crate) const ANSWERS: &str = "\
    no nope nah nein nee non não nej nei nie ne нет ні hayır όχι لا לא नहीं 不 不是 没有 いいえ いや 아니요 아니 \
    không tidak ไม่";

/// That what was said before is wrong.
pub(crate) const CORRECTIONS: &str = "\
    sorry mistyped typo meant i_mean actually correction correct wrong incorrect mistake mistaken \
    misspoke misremembered oops scratch_that rather not_true untrue \
    meinte korrektur falsch tippfehler verschrieben vertan versehen irrtum stimmt_nicht \
    entschuldigung sorry je_voulais_dire erreur faux fausse trompé trompée pardon plutôt en_fait \
    quise_decir error equivoqué equivoqué equivocado perdón en_realidad corrección volevo_dire \
    errore sbagliato sbagliata scusa correzione quis_dizer erro enganei errado desculpa correção \
    bedoelde fout vergist foutje menade fel skrev_fel mente feil fejl tarkoitin virhe pomyłka \
    pomyliłem pomyliłam chodziło_mi myslel omyl spletl ошиб- имел_в_виду имела_в_виду опечат- \
    точнее неправ- извини- помил- вибач- yanlış demek_istedim λάθος εννοούσα συγγνώμη خطأ أقصد قصدت \
    טעות התכוונתי गलत मतलब nhầm xin_lỗi salah maksud ralat \
    说错 說錯 打错 打錯 写错 寫錯 更正 其实 其實 不对 不對 错了 錯了 搞错 間違え 間違い まちがえ 訂正 じゃなくて \
    ではなく 正しくは 誤り 아니라 정정 잘못 실수 틀렸 ผิด ที่จริง";

/// That something is to be forgotten.
pub(crate) const RETRACTIONS: &str = "\
    forget delete erase remove disregard ignore scratch never_mind nevermind don't_remember \
    do_not_remember stop_remembering unlearn \
    vergiss vergesst vergessen lösch- entfern- ignorier- oublie oubliez oublier supprime- efface- \
    olvida- olvíd- olvide borra- elimina- dimentica- dimentich- cancella- esquece- esqueça apaga- \
    apague vergeet wis verwijder- glöm radera ta_bort glem slett slet unohda poista zapomnij usuń \
    skasuj zapomeň smaž забудь- удали- сотри- видали- забудьте unut- sil- ξέχνα ξέχασε διάγραψε \
    انس انسى انسي احذف امسح תשכח שכח שכחי מחק תמחק भूल_जा- हटा- मिटा- quên xóa xoá lupakan hapus \
    忘了 忘记 忘記 忘掉 别记 別記 删除 刪除 删掉 刪掉 忘れて 消して 削除 잊어 지워 삭제 ลืม ลบ";

/// What a wish to forget has beside what is to be forgotten.
pub(crate) const OF_RETRACTIONS: &str = "\
    please said say told tell mentioned mention everything anything thing things know about memory \
    memories remember fact facts ever bitte gesagt sagte alles erzählt habe dit tout raconté dije \
    dicho todo detto tutto disse tudo сказал сказала всё все говорил про 我 说 說 的 关于 話した 言った こと";

/// Words by which the assistant is spoken to, or speaks to the user.
pub(crate) const SECOND_PERSON: &str = "\
    you your you're you've you'd you'll yours yourself du dein deine deinen deinem deiner dir dich \
    euch euer eure ihnen sie ihr ihre tu te toi ton ta tes t'es vous votre vos tú ti usted ustedes \
    su sus tuo tua tuoi voi vostro você vocês voce seu sua seus suas jij je jouw jullie u uw dig \
    din ditt dina er deg sinä sinun sinulle ty ci ciebie tobie twój twoja twoje pan pani tvůj tvoje \
    vy vám váš ты тебя тебе твой твоя твоё твои вы вас вам ваш ваша ваше ваши ти ви sen seni sana \
    senin siz sizi size sizin εσύ σου εσείς σας أنت لك عندك אתה את לך שלך आप आपका आपकी आपके तुम \
    bạn kamu anda 你 您 あなた 당신 คุณ";

/// Words by which a speaker says that it is about the speaker.
pub(crate) const FIRST_PERSON: &str = "\
    i i'm i've i'd i'll im/!de me myself we we're we've us ich wir mich mir uns je j'ai j'aime j'habite \
    j'étais moi nous yo me nosotros io/it ho/!cs sono noi eu nós ik wij we jag vi/north mig jeg meg minä me ja/pl mnie \
    já я мы мне меня нам я мені ben/tr biz bana εγώ أنا نحن אני אנחנו मैं हम मुझे tôi mình saya aku \
    我 私 僕 俺 저는 나는 내가 제가 ฉัน ผม";

/// Words for somebody who was named before.
pub(crate) const THIRD_PERSON: &str = "\
    he he's he'll he'd him his she she's she'll she'd hers they they're they've them their er ihn \
    ihm elle elles il ils lui él ella ellos ellas lei loro ele ela hij zij hen han hon henne hun hän \
    on/!fr ona oni он она они его её их він вона вони його її o/tr onlar αυτός αυτή هو هي הוא היא वह \
    他 她 他们 彼 彼女 그는 그녀";

/// People by what they are to others.
pub(crate) const RELATIONS: &str = "\
    boss manager wife husband spouse partner girlfriend boyfriend fiancé fiancée fiance fiancee \
    sister brother sisters brothers mother mom mum mama father dad papa parents son daughter sons \
    daughters child children kid kids uncle aunt cousin nephew niece grandma grandmother grandpa \
    grandfather friend friends colleague colleagues coworker coworkers neighbour neighbor \
    roommate flatmate landlord \
    chef/de chef/fr chefin frau mann ehefrau ehemann schwester bruder mutter vater sohn tochter kind/de kinder \
    onkel tante/de cousine freund freundin kollege kollegin nachbar nachbarin oma opa \
    patron/fr patronne femme mari/fr soeur sœur frère mère père fils fille/fr enfant enfants oncle ami/fr amie \
    collègue voisin voisine jefe jefa esposa esposo marido mujer hermana hermano madre padre hijo \
    hija tío tía primo/es prima/es amigo amiga colega vecino vecina capo/it moglie marito sorella fratello \
    figlio figlia zio zia amico amica vicino chefe irmã irmão mãe pai/pt filho filha baas/nl vrouw man/nl man/north \
    zus broer moeder vader zoon dochter vriend vriendin fru syster bror mamma pappa dotter vän \
    kone søster mor/north far/north datter ven/north \
    żona mąż siostra brat matka ojciec syn córka przyjaciel начальник начальница жена муж сестра \
    брат мать мама отец папа сын дочь друг подруга коллега дядя тётя \
    老板 老闆 妻子 太太 老婆 丈夫 老公 姐姐 妹妹 哥哥 弟弟 妈妈 媽媽 母亲 母親 爸爸 父亲 父親 儿子 兒子 女儿 女兒 朋友 同事 \
    上司 妻 夫 姉 妹 兄 弟 母 父 息子 娘 友達 同僚 상사 아내 남편 누나 언니 여동생 오빠 남동생 어머니 엄마 아버지 아빠 아들 친구 동료 \
    مديري زوجتي زوجي أختي أخي أمي أبي صديقي مدير زوجة زوج أخت أخ أم أب صديق بنت ابن بنتي ابني אשתי בעלי אחותי אחי אמי אבי पत्नी पति बहन भाई माँ पिता";

/// That somebody told it, after the name.
pub(crate) const TELLING: &str = "\
    said says told tells thinks thought claims claimed mentioned mentions believes swears sagte sagt \
    meint meinte erzählte behauptet dit pense raconte dijo dice cree contó disse detto crede diz \
    acha zei zegt denkt sa säger siger sier sanoi powiedział powiedziała mówi řekl řekla říká \
    сказал сказала говорит думает сказав сказала dedi söyledi είπε قال قالت אמר אמרה bảo nói";

/// That the speaker reminds the other of what was said.
pub(crate) const REMINDING: &str = "\
    you_said you_told you_mentioned as_you_said like_you_said did_you_say you_claimed hast_du_gesagt \
    du_hast_gesagt du_sagtest tu_as_dit tu_disais vous_avez_dit dijiste me_dijiste hai_detto \
    você_disse je_zei du_sa du_sade du_sagde mówiłeś říkal_jsi ты_сказал- ты_говорил- вы_говорили \
    dedin söyledin 你说过 你說過 你说 你說 您说 と言ってい 言ってました おっしゃ 말했잖 라고_했";

/// That a reason follows.
pub(crate) const REASONS: &str = "\
    because since due_to so_that owing_to in_order_to weil da wegen damit parce_que car puisque \
    pour_que porque ya_que debido_a perché poiché a_causa porque pois omdat want därför_att eftersom \
    fordi koska ponieważ bo protože потому поскольку тому_що çünkü γιατί επειδή لأن כי क्योंकि vì karena \
    因为 因為 由于 由於 ので 때문 니까 เพราะ";
