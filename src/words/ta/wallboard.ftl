# சுவர்ப் பலகை.

wallboard-centre = முழு மையம்
wallboard-today = இன்று இதுவரை
wallboard-reload = மீண்டும் ஏற்று
wallboard-report = அறிக்கைக்கு
wallboard-lost = சேவையகத்துடன் தொடர்பு துண்டிக்கப்பட்டது; இந்த எண்கள் பழையதாக இருக்கலாம். தானாகவே மீண்டும் முயல்கிறது.
wallboard-away = தரவுத்தளம் பதிலளிக்கவில்லை; பதிலளித்தவுடன் எண்கள் வரும்.
wallboard-csat = திருப்தி
wallboard-nps = பரிந்துரை (NPS)
wallboard-rate = பதிலளித்தவர்
wallboard-asked = கேட்கப்பட்ட அழைப்பாளர்கள்
wallboard-waiting = கேட்க வேண்டிய கருத்துகள்
wallboard-line = கடந்த ஒரு மணி நேரத்தில் கேட்கப்பட்டவர்கள்
wallboard-line-text = கடந்த ஒரு மணி நேரத்தில் { $total }, கடந்த ஐந்து நிமிடங்களில் { $last }
wallboard-at = { $at } நிலவரம்
wallboard-interval = { $interval }, n = { $n }
wallboard-none = இன்னும் இல்லை
wallboard-few = மிகக் குறைவு
wallboard-few-note = n = { $n } / { $needs }
