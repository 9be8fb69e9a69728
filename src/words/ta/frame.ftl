# ஒவ்வொரு பக்கத்தின் சட்டகமும் மீண்டும் வரும் சொற்களும்.

language-of-page = மொழி
skip = உள்ளடக்கத்திற்குச் செல்
pages = பக்கங்கள்
nav-overview = மேலோட்டம்
nav-agents = முகவர்கள்
nav-questions = கேள்விகள்
nav-queues = வரிசைகள்
nav-interviews = நேர்காணல்கள்
nav-unlinked = இணைக்கப்படாதவை
nav-wallboard = சுவர்ப்பலகை
nav-surveys = கருத்துக்கணிப்புகள்
nav-settings = அமைப்புகள்
nav-phone = தொலைபேசி
sign-out = வெளியேறு
table-of-chart = இதே தரவு அட்டவணையில்

answers-n = { $n ->
    [one] { $n } பதில்
   *[other] { $n } பதில்கள்
}
