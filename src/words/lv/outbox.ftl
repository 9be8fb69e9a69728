# Kas tiek izsūtīts: vēstules, sūtījumi un no zvaniem izrietošie gadījumi.

mail-low-subject = { $n ->
    [zero] { $n } zvanītāju sniedza zemu vērtējumu
    [one] { $n } zvanītājs sniedza zemu vērtējumu
   *[other] { $n } zvanītāji sniedza zemu vērtējumu
}
mail-low-why = Jūs saņemat šo vēstuli, jo aptaujas iestatījumos esat norādīts kā zemu vērtējumu paziņojumu saņēmējs.
mail-of = { $value } no { $most }
mail-yes = jā
mail-no = nē
mail-more = Un vēl { $n } – pārskatā.
mail-few = pārāk maz atbilžu (n = { $n })
mail-measure-csat = Apmierināti
mail-measure-nps = Ieteiktu (NPS)
mail-measure-ces = Bija viegli
mail-measure-fcr = Atrisināts
mail-report-subject = Ko teica zvanītāji, { $days }
mail-report-empty = Šajā periodā neviena atbilde nav piesaistīta aģentiem.
mail-report-agent = Aģents
mail-report-team = Komanda
mail-report-score = Vērtējums
mail-report-interval = 95 % intervāls
mail-report-alt = Tālāk redzamā tabula kā stabiņi: katrai numurētajai rindai vērtējums un tā 95 % intervāls; kur atbilžu ir pārāk maz, tikai intervāls.
mail-report-link = Atvērt šo pārskatu
mail-report-why = Jūs saņemat šo vēstuli, jo aptaujas iestatījumos esat norādīts kā šī pārskata saņēmējs.

deliveries-title = Kas izsūtīts
deliveries-about = Paziņojumi programmām un vēstules: kas gaida, kas piegādāts un no kā pēc pēdējā mēģinājuma atteicās.
deliveries-which = Kurus rādīt
deliveries-all = Visi
deliveries-waiting = Gaida
deliveries-delivered = Piegādāts
deliveries-dead = Atteikts
deliveries-when = Rakstīts
deliveries-target = Kam
deliveries-status = Stāvoklis
deliveries-body = Saturs
deliveries-tries = { $n ->
    [zero] { $n } mēģinājumu
    [one] { $n } mēģinājums
   *[other] { $n } mēģinājumi
}
deliveries-replay = Sūtīt vēlreiz
deliveries-replay-one = Sūtīt { $id } vēlreiz
deliveries-replay-dead = { $n ->
    [zero] Vēlreiz sūtīt visus { $n } atteiktos
    [one] Vēlreiz sūtīt { $n } atteikto
   *[other] Vēlreiz sūtīt visus { $n } atteiktos
}
deliveries-none = Šeit nekā nav
deliveries-older = Vecāki

cases-title = Gadījumi
cases-about = Zvanītāji, par kuriem kādam jāparūpējas: sniedza zemu vērtējumu vai lūdza atzvanīt.
cases-which = Kurus gadījumus rādīt
cases-open = Atvērti
cases-closed = Slēgti
cases-none-open = Atvērtu gadījumu nav
cases-none-closed = Slēgtu gadījumu nav
cases-reason-low = zems vērtējums
cases-reason-callback = lūdza atzvanīt
cases-owner = Kas rūpējas
cases-due = Termiņš
cases-overdue = nokavēts
cases-outcome = Ar ko beidzās
cases-save = Saglabāt
cases-close = Slēgt gadījumu
cases-reopen = Atvērt atkal
cases-older = Vecāki gadījumi
