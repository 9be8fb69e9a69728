# Anoniminės apklausos ir trumpiausias laikas, už kurį rodomi vieno darbuotojo rodikliai.

fault-anonymous-survey = Ši apklausa anoniminė: joje nėra darbuotojų, atskirų pokalbių, komentarų ar savaičių, tik ištisų mėnesių rodikliai grupėms, turinčioms bent 8 atsakymus.
fault-anonymous-months = Ši apklausa anoniminė ir rodoma ištisais kalendoriniais mėnesiais, kurie baigėsi bent prieš dieną. Pasirinkite tokius mėnesius, pavyzdžiui, praėjusį.
fault-anonymous-too-few = Ši apklausa anoniminė, o šis vaizdas parodytų arba leistų apskaičiuoti, ką atsakė mažiau nei 8 skambinusieji. Atsisakykite filtrų arba pasirinkite daugiau mėnesių.
filter-anonymous = Anoniminės apklausos į visų apklausų rodiklius neįeina. Norėdami pamatyti, pasirinkite ją ir ištisus mėnesius: { $names }.
survey-anonymous = anoniminė
survey-anonymous-about = Ši apklausa anoniminė. Prie atsakymų nesaugomas nei darbuotojas, nei skambutis, nei skambinusysis, niekam nesiūloma perskambinti, nėra atskirų pokalbių, įspėjimų ar „webhook“ pranešimų. Rodikliai rodomi ištisais pasibaigusiais mėnesiais, grupėms, turinčioms bent 8 atsakymus; kiek žmonių klausta, nerodoma.
fault-people-finest-week = Atskirų darbuotojų rodikliai čia rodomi už ištisas pasibaigusias savaites, nuo pirmadienio iki sekmadienio. Pasirinkite tokias savaites, pavyzdžiui, praėjusią.
fault-people-finest-month = Atskirų darbuotojų rodikliai čia rodomi už ištisus pasibaigusius kalendorinius mėnesius. Pasirinkite tokius mėnesius, pavyzdžiui, praėjusį.
shown-people-finest = Trumpiausias laikas, už kurį rodomi vieno darbuotojo rodikliai
shown-finest-day = diena
shown-finest-week = ištisos savaitės
shown-finest-month = ištisi mėnesiai
me-about-months = Ką atsakė jūsų skambinusieji, ištisais mėnesiais. Atskiri skambučiai čia niekam nerodomi.
me-nothing-about-months = Mėnuo rodomas, kai jis baigiasi ir atsako bent tiek skambinusiųjų: { $n }.
me-months = Mėnuo po mėnesio
me-month = Mėnuo
