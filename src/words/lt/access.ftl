# The door, an agent’s own results, and what is not for everybody.

nav-me = Mano rezultatai
people-off = Atskiri darbuotojai čia nerodomi
no-team = Komandos dar nėra
no-team-about = Dar nematote nė vienos komandos. Komandas jums gali atverti administratorius nustatymuose.
fault-not-yours = Ne jums
fault-role = Jūsų arba šio rakto rolė to neleidžia. Ją gali pakeisti administratorius nustatymuose.
fault-individuals-off = Ataskaitose atskiri darbuotojai nerodomi: smulkiausias vienetas yra komanda. Taip nustatyta parametru people.
fault-own-only = Matote tik savo rezultatus.
fault-out-of-sight = Tai priklauso komandai, kurios nematote. Tai gali pakeisti administratorius nustatymuose.
door-title = Prisijungti
door-email = El. pašto adresas
door-password = Slaptažodis
door-setting = Palikite adresą tuščią, jei jungiatės nustatymų slaptažodžiu.
door-wrong = Neteisingas el. pašto adresas arba slaptažodis.
door-wrong-password = Šis slaptažodis neteisingas.
door-too-many = { $n ->
    [one] Per daug neteisingų slaptažodžių. Bandykite po { $n } sekundės.
   *[other] Per daug neteisingų slaptažodžių. Bandykite po { $n } sekundžių.
}
door-off = Prisijungimas nustatymų slaptažodžiu išjungtas.
door-away = Duomenų bazė neatsako. Pabandykite po minutės.
door-nobody = Čia dar niekas negali prisijungti. Pridėkite žmogų šia komanda arba nustatykite access.password ir paleiskite serverį iš naujo.
door-single = Vienkartinis prisijungimas
sso-title = Įleisti nepavyko
sso-no-role = Jūsų paskyra atpažinta, bet ji čia nesuteikia jokios rolės. Paprašykite aftercall administratoriaus įtraukti jūsų grupę į sso.roles.
sso-no-email = Jūsų paskyroje nėra patvirtinto el. pašto adreso, o be jo niekas neįleidžiamas. Paprašykite prisijungimo sistemos prižiūrėtojų jį siųsti.
sso-taken = Žmogus su šiuo el. pašto adresu čia jungiasi slaptažodžiu. Paklauskite aftercall administratoriaus, kuris būdas turi likti.
sso-disabled = aftercall administratorius šią paskyrą uždarė.
sso-failed = Prisijungimas nutrūko, užtruko per ilgai arba atsakymu negalima pasitikėti. Bandykite dar kartą; jei kartosis, priežastis bus serverio žurnale.
sso-again = Į prisijungimą
me-about = Ką atsakė jūsų skambintojai, pilnomis savaitėmis. Atskiri skambučiai čia nerodomi.
me-nothing = Dar nėra ką rodyti
me-nothing-about = Savaitė rodoma, kai ji baigiasi ir atsako bent { $n } skambintojai.
me-judged = Kaip atrodote palyginti su kitais
me-judged-about = Palyginti su tuo, ką apskritai duoda tos pačios eilės ir kalbos. Sakoma tik tada, kai tai daugiau nei atsitiktinumas, įskaitant ir tai, kiek darbuotojų palyginta; vieta nurodo, tarp kurių vietų galite būti, bet niekada ne kurią.
me-not-compared = nelyginama
me-weeks = Savaitė po savaitės
me-weeks-about = Po įverčiu – 95 % intervalas ir atsakymų skaičius. Viršuje visos šios savaitės kartu.
me-week = Savaitė
me-under-floor = mažiau nei { $n }
me-too-few = per mažai (n = { $n })
