# கருத்தாய்வுகளின் பட்டியல்களும் ஒரு கருத்தாய்வும்.

interview-list-title = கருத்தாய்வுகள்
interview-unlinked-title = முகவர் இல்லாத கருத்தாய்வுகள்
interview-unlinked-about = இந்த அழைப்பாளர்களுக்கு யார் சேவை செய்தார் என்பதை அழைப்பு ஒப்படைப்போ அழைப்புப் பதிவோ கூறவில்லை. அவர்களின் பதில்கள் மையத்தின் எண்களில் சேரும், தனி ஒருவருக்கும் சேராது; பதிவு வந்தவுடன் தானாகவே இணைந்துவிடும்.
interview-all = எல்லாக் கருத்தாய்வுகளும்
interview-only-unlinked = முகவர் இல்லாதவை மட்டும்
interview-search = தேடு
interview-search-about = அழைப்பின் அல்லது கருத்தாய்வின் எண்ணால் (எந்த நாளானாலும்) அல்லது அழைப்பாளர் எண்ணின் கடைசி மூன்று இலக்கங்களால் தேடலாம். அளவுகோலின் மிகக் குறைந்த காற்பகுதியில் உள்ளதே குறைந்த மதிப்பெண்.
interview-filter-agent = முகவர் குறியீடு
interview-filter-disposition = எப்படி முடிந்தது
interview-filter-link = எப்படி இணைக்கப்பட்டது
interview-filter-only = இவை மட்டும்
interview-filter-comment = கருத்துப் பதிவு உள்ளவை
interview-filter-low = குறைந்த மதிப்பெண் உள்ளவை
interview-filter-marked = முகவரின் கட்டுப்பாட்டுக்கு வெளியே எனக் குறிக்கப்பட்டவை
interview-unlinked-none = எல்லாம் இணைக்கப்பட்டுள்ளன
interview-unlinked-none-about = இந்தக் காட்சியிலுள்ள ஒவ்வொரு கருத்தாய்வுக்கும் முகவர் உள்ளார்.
interview-empty = இன்னும் அழைப்புகள் இல்லை
interview-empty-about = முதல் அழைப்பாளரிடம் கேட்டவுடன் கருத்தாய்வு இங்கே தோன்றும்.
interview-none = எந்தக் கருத்தாய்வும் பொருந்தவில்லை
interview-none-about = நீண்ட காலத்தையோ குறைந்த வடிகட்டிகளையோ தேர்ந்தெடுங்கள், அல்லது தேடும் எண்ணைச் சரிபாருங்கள்.
interview-none-here = இந்தக் காட்சியில் எதுவும் இல்லை.
interview-count = { $n ->
    [one] { $n } கருத்தாய்வு
   *[other] { $n } கருத்தாய்வுகள்
}
interview-count-many = { $n } கருத்தாய்வுகளுக்கு மேல்
interview-newest-first = புதியவை முதலில்
interview-older = பழைய கருத்தாய்வுகள்
interview-col-started = தொடக்கம்
interview-col-answers = பதில்கள்
interview-col-ended = எப்படி முடிந்தது
interview-col-link = இணைத்தது
interview-col-language = மொழி
interview-col-caller = அழைப்பாளர்
interview-col-time = நேரம்
interview-col-asked = என்ன கேட்கப்பட்டது
interview-col-did = அழைப்பாளர் என்ன செய்தார்
interview-col-came = அதன் விளைவு
interview-marked = முகவரின் கட்டுப்பாட்டுக்கு வெளியே எனக் குறிக்கப்பட்டது
interview-caller-unknown = தெரியாது
interview-no-answers = இல்லை
interview-satisfied = திருப்தி
interview-not-satisfied = திருப்தியில்லை

interview-disposition-complete = முழுமை
interview-disposition-partial = பகுதி
interview-disposition-break_off = பாதியில் நின்றது
interview-disposition-refusal = மறுத்தார்
interview-disposition-no_contact = தொடர்பு இல்லை
interview-disposition-failed = தோல்வி
interview-disposition-ineligible = கேட்கப்படவில்லை

interview-link-none = இணைக்கப்படவில்லை
interview-link-handover = அழைப்பு ஒப்படைப்பு
interview-link-record = அழைப்புப் பதிவு
interview-link-inferred = அழைப்புப் பதிவின் எண்ணும் நேரமும் (ஊகம்)
interview-link-hand = ஒருவர், கையால்

interview-title = { $at } கருத்தாய்வு
interview-version = பதிப்பு
interview-callback = மேலாளர் அழைக்க வேண்டும் என்று அழைப்பாளர் { $at } அன்று கேட்டார்.
interview-number = அழைக்க வேண்டிய எண்:
interview-answers = பதில்கள்
interview-answers-none = அழைப்பாளர் எந்தப் பதிலும் தரவில்லை.
interview-on-scale = { $scale } அளவில்
interview-comments = பேசிய கருத்துகள்
interview-comment-seconds = { $n ->
    [one] { $n } வினாடி
   *[other] { $n } வினாடிகள்
}
interview-comment-expected = பதிவானது; அது எங்கே உள்ளது என்பதைத் தொலைபேசித் தளம் இன்னும் சொல்லவில்லை. தானாக இங்கே தோன்றும்; ஒரு மணி நேரத்தில் தோன்றாவிட்டால், தளம் பதிவு அறிவிப்புகளை அனுப்புகிறதா என்று பாருங்கள்.
interview-comment-ready = இன்னும் தொலைபேசித் தளத்தில் உள்ளது; எடுக்கப்படுகிறது, பிறகு இங்கே கேட்கலாம். அப்படியே இருந்தால் சேவையகத்தின் பதிவேட்டைப் பாருங்கள்.
interview-comment-stored = கேட்கத் தயார்
interview-comment-failed = வழியில் தொலைந்தது: தொலைபேசித் தளம் அதைத் தரவில்லை. சேவையகத்தின் பதிவேட்டைப் பாருங்கள்.
interview-comment-open = பதிவைத் திற

interview-call = அழைப்பும் அது யாருக்குச் சேரும் என்பதும்
interview-counts-for = யாருக்குச் சேரும்
interview-counts-nobody = இன்னும் யாருக்கும் இல்லை
interview-linked-by = இணைத்தது
interview-handover-said = ஒப்படைப்பு சொன்னது
interview-record-says = பதிவு சொல்வது
interview-record-none = இந்த அழைப்பின் பதிவு இன்னும் இல்லை
interview-caller-last = எண் { $digits } என்று முடிகிறது
interview-came-over = வந்த வழி
interview-ended = முடிந்தது
interview-not-asked = இந்த விதியால் கேட்கப்படவில்லை
interview-failed = தோல்வி
interview-ended-goodbye = விடைபெற்ற பிறகு
interview-ended-caller = அழைப்பாளர் துண்டித்தார்
interview-agent = முகவர் { $name }
interview-no-agent = முகவர் இல்லை
interview-nobody = யாரும் இல்லை
interview-team = குழு { $name }
interview-queue = வரிசை { $name }
interview-talk = { $seconds } வினாடி பேச்சு
interview-doubt-twice = ஒப்படைப்பு ஒன்றையே இருமுறை வெவ்வேறாகச் சொன்னது: { $said }
interview-doubt-record = { $what ->
    [agent] ஒப்படைப்பு சொன்ன முகவர் { $said }; அழைப்புப் பதிவு சொல்வது { $found }.
    [team] ஒப்படைப்பு சொன்ன குழு { $said }; அழைப்புப் பதிவு சொல்வது { $found }.
   *[queue] ஒப்படைப்பு சொன்ன வரிசை { $said }; அழைப்புப் பதிவு சொல்வது { $found }.
}
interview-doubt-calendar = { $what ->
   *[team] ஒப்படைப்பு சொன்ன குழு { $said }; குழுக்களில் முகவர்களின் தேதிகளின்படி அது { $found }.
}
interview-doubt-hand = அழைப்புப் பதிவு சொல்பவரைத் தவிர வேறொருவருக்குக் கையால் இணைக்கப்பட்டது: பதிவு சொல்வது { $found }. கையால் செய்த இணைப்பே செல்லும்.

interview-transcript = உரையாடல் விவரம்
interview-transcript-about = அழைப்பின் ஒவ்வொரு படிக்கும் ஒரு வரி
interview-transcript-none = அழைப்பாளர் எந்த விசையையும் அழுத்தவில்லை, முதல் கேள்வி முடியும்வரை காத்திருக்கவும் இல்லை.
interview-turn = படி
interview-question-n = கேள்வி { $n }
interview-value-skipped = தவிர்த்தார்
interview-value-no-key = விசை இல்லை
interview-value-wrong-keys = தவறான விசைகள்
interview-value-not-asked = கேட்கப்படவில்லை
interview-value-withdrawn = திரும்பப் பெற்றார்
interview-value-no = இல்லை
interview-value-yes = ஆம்
interview-value-recorded = பதிவானது
interview-turn-menu = பட்டி
interview-turn-again = ஒன்பதை மீண்டும் அழுத்தவும்
interview-turn-language = எந்த மொழி?
interview-turn-offer = மேலாளர் அழைக்கலாமா?
interview-turn-consent = பதிலளிக்கச் சம்மதமா?
interview-did-spoke-for = { $seconds } வினாடி பேசினார்
interview-did-spoke = பேசினார்
interview-did-hung-up = இங்கே துண்டித்தார்
interview-came-no-call = அழைப்பு வேண்டாம் என்றார்
interview-came-manager = மேலாளரைக் கேட்டார்
interview-came-back = மீண்டும் கேள்விக்கு
interview-came-again = மீண்டும் கேட்கப்பட்டது
interview-came-language = மொழி: { $name }
interview-came-no-consent = சம்மதிக்கவில்லை
interview-came-consent = சம்மதிக்கிறார்
interview-came-repeat = மீண்டும் கேட்க விரும்பினார்
interview-came-menu = பட்டியைத் திறந்தார்
interview-came-went-back = ஒரு கேள்வி பின்னே சென்றார்
interview-came-skip = தவிர்த்தார்
interview-came-other-language = வேறு மொழி கேட்டார்
interview-came-end-now = முடிக்கத் தேர்ந்தெடுத்தார்
interview-came-early = விசை முன்கூட்டியே வந்தது
interview-came-spill = # முந்தைய பதிலுக்கு உரியது
interview-came-wrong-key = அந்த விசை இங்கே பொருந்தாது
interview-came-callback = மேலாளர் அழைக்க விரும்புகிறார்
interview-came-never-ask = இனி ஒருபோதும் கேட்க வேண்டாம் என்கிறார்
interview-came-ended = கருத்தாய்வு முடிந்தது

interview-history = எப்படி இணைக்கப்பட்டது
interview-step-by = { $who }: { $why }
interview-relink = கையால் இணை
interview-relink-about = இங்கே நீங்கள் முடிவு செய்வது, பின்னர் அழைப்புப் பதிவுகள் வந்தாலும், யாராவது புதிதாக முடிவு செய்யும்வரை செல்லும். எல்லா எண்களும் உடனே மாறும்.
interview-relink-to = இந்தக் கருத்தாய்வு யாருக்குச் சேரும்
interview-relink-agent = இந்த முகவருக்கு
interview-relink-call = இந்த அழைப்பின் பதிவு சொல்பவருக்கு
interview-relink-nobody = யாருக்கும் இல்லை
interview-relink-records = ஒப்படைப்பும் பதிவுகளும் சொல்பவருக்கு (கையால் முடிவு செய்ததை நீக்கும்)
interview-relink-team-own = அப்போதைய முகவரின் குழு
interview-relink-queue-own = அழைப்பின் வரிசை
interview-relink-call-id = அழைப்பின் எண்
interview-relink-why = ஏன்
interview-relink-do = இணை
interview-done-linked = இணைக்கப்பட்டது. எல்லா எண்களும் மாறின.

interview-marks = முகவரின் கட்டுப்பாட்டுக்கு வெளியே
interview-marks-about = குறிக்கப்பட்ட பதில் மதிப்பெண்ணில் தொடர்ந்து சேரும். அதை விட்டுவிட்ட மறுஆய்வு மதிப்பெண் அருகில் நிற்கும்.
interview-marks-none = எதுவும் குறிக்கப்படவில்லை.
interview-mark = ஒரு பதிலைக் குறி
interview-mark-what = எந்தப் பதில்
interview-mark-all = இந்தக் கருத்தாய்வின் எல்லாப் பதில்களும்
interview-mark-why = ஏன்
interview-mark-note = மேலும் விவரம்
interview-mark-do = குறி
interview-mark-take-back = திரும்பப் பெறு
interview-mark-taken = { $at } அன்று { $who } திரும்பப் பெற்றார்
interview-done-marked = குறிக்கப்பட்டது.
interview-done-taken = திரும்பப் பெறப்பட்டது.
interview-reason-not-theirs = வேறு முகவர் அல்லது அழைப்பைப் பற்றியது
interview-reason-product = பொருள் அல்லது அதன் விலையைப் பற்றியது
interview-reason-rule = நிறுவனத்தின் விதியைப் பற்றியது
interview-reason-wait = காத்திருப்பைப் பற்றியது
interview-reason-system = அமைப்பு செயலிழந்திருந்தது
interview-reason-keys = அழைப்பாளர் விசைகளை மாற்றி அழுத்தினார்
interview-reason-test = சோதனை அழைப்பு
interview-reason-other = வேறு காரணம் (கீழே எழுதவும்)

interview-fault-choose = கருத்தாய்வு யாருக்குச் சேரும் என்பதைத் தேர்ந்தெடுங்கள்.
interview-fault-agent-empty = முகவரின் குறியீட்டை எழுதுங்கள்.
interview-fault-call-empty = அழைப்பின் எண்ணை எழுதுங்கள்.
interview-fault-agent = { $name } என்ற குறியீடுள்ள முகவர் இல்லை. ஒப்படைப்புகளிலும் பதிவுகளிலும் உள்ளபடி எழுதுங்கள்.
interview-fault-team = { $name } என்ற குழு இல்லை.
interview-fault-queue = { $name } என்ற வரிசை இல்லை.
interview-fault-call = { $name } என்ற அழைப்பின் பதிவு இல்லை. பதிவுகளில் உள்ளபடி எண்ணை எழுதுங்கள்.
interview-fault-reason = காரணத்தைச் சொல்லுங்கள்.
interview-fault-note = காரணத்தைச் சொற்களில் எழுதுங்கள்.
interview-fault-question = இந்தக் கருத்தாய்வின் ஒரு பதிலைத் தேர்ந்தெடுங்கள்.
interview-fault-already = இது ஏற்கனவே குறிக்கப்பட்டுள்ளது.
interview-fault-running = கருத்தாய்வு இன்னும் நடந்துகொண்டிருக்கலாம். அது முடிந்ததும், சில நிமிடங்களில் குறியுங்கள்.
