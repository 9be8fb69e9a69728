# Kas išsiunčiama: laiškai, siuntos ir iš skambučių kylantys atvejai.

mail-low-subject = { $n ->
    [one] { $n } skambinęs žmogus įvertino žemai
    [few] { $n } skambinę žmonės įvertino žemai
    [many] { $n } skambinusio žmogaus įvertino žemai
   *[other] { $n } skambinusių žmonių įvertino žemai
}
mail-low-why = Šį laišką gaunate, nes apklausos nustatymuose esate nurodyti tarp tų, kuriems pranešama apie žemus įvertinimus.
mail-of = { $value } iš { $most }
mail-yes = taip
mail-no = ne
mail-more = Ir dar { $n } – ataskaitoje.
mail-few = per mažai atsakymų (n = { $n })
mail-measure-csat = Patenkinti
mail-measure-nps = Rekomenduotų (NPS)
mail-measure-ces = Buvo lengva
mail-measure-fcr = Išspręsta
mail-report-subject = Ką sakė skambinusieji, { $days }
mail-report-empty = Šiuo laikotarpiu jokie atsakymai nepriskirti agentams.
mail-report-agent = Agentas
mail-report-team = Komanda
mail-report-score = Įvertis
mail-report-interval = 95 % intervalas
mail-report-alt = Toliau esanti lentelė stulpeliais: kiekvienai sunumeruotai eilutei – įvertis ir jo 95 % intervalas; kur atsakymų per mažai, tik intervalas.
mail-report-link = Atverti šią ataskaitą
mail-report-why = Šį laišką gaunate, nes apklausos nustatymuose esate nurodyti tarp šios ataskaitos gavėjų.

deliveries-title = Kas išsiųsta
deliveries-about = Pranešimai programoms ir laiškai: kas laukia, kas pristatyta ir ko po paskutinio bandymo atsisakyta.
deliveries-which = Kuriuos rodyti
deliveries-all = Visi
deliveries-waiting = Laukia
deliveries-delivered = Pristatyta
deliveries-dead = Atsisakyta
deliveries-when = Parašyta
deliveries-target = Kam
deliveries-status = Būsena
deliveries-body = Turinys
deliveries-tries = { $n ->
    [one] { $n } bandymas
    [few] { $n } bandymai
    [many] { $n } bandymo
   *[other] { $n } bandymų
}
deliveries-replay = Siųsti dar kartą
deliveries-replay-one = Siųsti { $id } dar kartą
deliveries-replay-dead = { $n ->
    [one] Dar kartą siųsti { $n } atsisakytą
    [few] Dar kartą siųsti visus { $n } atsisakytus
    [many] Dar kartą siųsti visus { $n } atsisakyto
   *[other] Dar kartą siųsti visus { $n } atsisakytų
}
deliveries-none = Čia nieko nėra
deliveries-older = Senesni

cases-title = Atvejai
cases-about = Skambinusieji, kuriais kas nors turėtų pasirūpinti: įvertino žemai arba paprašė paskambinti.
cases-which = Kuriuos atvejus rodyti
cases-open = Atviri
cases-closed = Užbaigti
cases-none-open = Atvirų atvejų nėra
cases-none-closed = Užbaigtų atvejų nėra
cases-reason-low = žemas įvertinimas
cases-reason-callback = paprašė paskambinti
cases-owner = Kas rūpinasi
cases-due = Iki kada
cases-overdue = vėluojama
cases-outcome = Kuo baigėsi
cases-save = Įrašyti
cases-close = Užbaigti atvejį
cases-reopen = Vėl atverti
cases-older = Senesni atvejai
