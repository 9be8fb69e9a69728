# வெளியே செல்பவை: மின்னஞ்சல்கள், அவற்றின் விநியோகம், அழைப்புகளால் எழும் வழக்குகள்.

mail-low-subject = { $n ->
    [one] ஓர் அழைப்பாளர் குறைந்த மதிப்பெண் அளித்தார்
   *[other] { $n } அழைப்பாளர்கள் குறைந்த மதிப்பெண் அளித்தனர்
}
mail-low-why = குறைந்த மதிப்பெண்களை அறிவிக்க வேண்டியவராகக் கருத்துக்கணிப்பின் அமைப்புகளில் நீங்கள் குறிப்பிடப்பட்டுள்ளதால் இந்த மின்னஞ்சலைப் பெறுகிறீர்கள்.
mail-of = { $most }-இல் { $value }
mail-yes = ஆம்
mail-no = இல்லை
mail-more = { $n ->
    [one] மேலும் ஒன்று அறிக்கையில் உள்ளது.
   *[other] மேலும் { $n } அறிக்கையில் உள்ளன.
}
mail-few = பதில்கள் மிகக் குறைவு (n = { $n })
mail-measure-csat = திருப்தி
mail-measure-nps = பரிந்துரைப்பர் (NPS)
mail-measure-ces = எளிதாக இருந்தது
mail-measure-fcr = தீர்க்கப்பட்டது
mail-report-subject = அழைப்பாளர்கள் கூறியவை, { $days }
mail-report-empty = இந்தக் காலத்தில் எந்தப் பதிலும் முகவர்களுடன் இணைக்கப்படவில்லை.
mail-report-agent = முகவர்
mail-report-team = குழு
mail-report-score = மதிப்பெண்
mail-report-interval = 95 % இடைவெளி
mail-report-alt = கீழுள்ள அட்டவணை பட்டைகளாக: எண்ணிடப்பட்ட ஒவ்வொரு வரிக்கும் மதிப்பெண்ணும் அதன் 95 % இடைவெளியும்; பதில்கள் மிகக் குறைவான இடத்தில் இடைவெளி மட்டும்.
mail-report-link = இந்த அறிக்கையைத் திற
mail-report-why = இந்த அறிக்கையைப் பெறுபவராகக் கருத்துக்கணிப்பின் அமைப்புகளில் நீங்கள் குறிப்பிடப்பட்டுள்ளதால் இந்த மின்னஞ்சலைப் பெறுகிறீர்கள்.

deliveries-title = அனுப்பப்பட்டவை
deliveries-about = நிரல்களுக்கான அறிவிப்புகளும் மின்னஞ்சல்களும்: காத்திருப்பவை, சேர்ந்தவை, கடைசி முயற்சிக்குப் பின் கைவிடப்பட்டவை.
deliveries-which = எவற்றைக் காட்ட வேண்டும்
deliveries-all = அனைத்தும்
deliveries-waiting = காத்திருப்பவை
deliveries-delivered = சேர்ந்தவை
deliveries-dead = கைவிடப்பட்டவை
deliveries-when = எழுதப்பட்ட நேரம்
deliveries-target = யாருக்கு
deliveries-status = நிலை
deliveries-body = உள்ளடக்கம்
deliveries-tries = { $n ->
    [one] { $n } முயற்சி
   *[other] { $n } முயற்சிகள்
}
deliveries-replay = மீண்டும் அனுப்பு
deliveries-replay-one = { $id } ஐ மீண்டும் அனுப்பு
deliveries-replay-dead = { $n ->
    [one] கைவிடப்பட்ட ஒன்றை மீண்டும் அனுப்பு
   *[other] கைவிடப்பட்ட { $n } அனைத்தையும் மீண்டும் அனுப்பு
}
deliveries-none = இங்கு எதுவும் இல்லை
deliveries-older = பழையவை

cases-title = வழக்குகள்
cases-about = யாரேனும் கவனிக்க வேண்டிய அழைப்பாளர்கள்: குறைந்த மதிப்பெண் அளித்தவர்கள் அல்லது திரும்ப அழைக்கக் கேட்டவர்கள்.
cases-which = எந்த வழக்குகளைக் காட்ட வேண்டும்
cases-open = திறந்தவை
cases-closed = முடிந்தவை
cases-none-open = திறந்த வழக்குகள் இல்லை
cases-none-closed = முடிந்த வழக்குகள் இல்லை
cases-reason-low = குறைந்த மதிப்பெண்
cases-reason-callback = திரும்ப அழைக்கக் கேட்டார்
cases-owner = கவனிப்பவர்
cases-due = கெடு
cases-overdue = கெடு கடந்தது
cases-outcome = முடிவு என்ன
cases-save = சேமி
cases-close = வழக்கை முடி
cases-reopen = மீண்டும் திற
cases-older = பழைய வழக்குகள்
