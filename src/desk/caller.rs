//! Whose number it is, and in which one form: E.164, from whatever a platform writes.

use phonenumber::country;

/// A caller's number that can be kept apart from all others.
#[derive(Clone, PartialEq, Eq)]
pub struct Caller {
    /// The number in E.164 with its plus, such as `+37060000001`. Never stored or logged in clear.
    pub e164: String,
    /// Its last three digits, for showing to people.
    pub last: String,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Caller(…{})", self.last)
    }
}

/// What platforms send instead of a number that the caller hides: the words on the letters of a
/// telephone keypad, as Twilio lists them.
const HIDDEN: [&str; 5] = [
    "266696687",   // ANONYMOUS
    "7378742833",  // RESTRICTED
    "2562533",     // BLOCKED
    "8656696",     // UNKNOWN
    "86282452253", // UNAVAILABLE
];

/// Longest text that is looked at: a SIP address with a display name.
const LONGEST: usize = 256;

/// The caller of a written number: E.164 with or without plus, `00` and the country's own prefixes,
/// with punctuation, as `tel:` or SIP address, with a plus that was lost to a space or left
/// encoded. `country` is the two-letter code (`LT`) in which national numbers are read; without it
/// only international ones are understood.
///
/// None for everything that names nobody: empty, anonymous, restricted, internal extensions, SIP
/// users and clients that are no number.
pub fn parse(raw: &str, country: Option<&str>) -> Option<Caller> {
    let (plus, digits) = digits(raw)?;
    if HIDDEN.contains(&digits.as_str()) {
        return None;
    }
    let country = country.and_then(|code| code.trim().to_ascii_uppercase().parse().ok());
    let e164 = match (plus, digits.strip_prefix("00")) {
        (true, without) => international(without.unwrap_or(&digits))?,
        (false, Some(without)) => international(without)?,
        (false, None) => national(&digits, country).or_else(|| unmarked(&digits))?,
    };
    let last = e164.get(e164.len().saturating_sub(3)..)?.to_owned();
    Some(Caller { e164, last })
}

/// Who is surveyed in a start: the number given as `caller=` alone if there is one; else the
/// customer's end of the call, `number`, or the other end, `other`, when `number` is one of the
/// centre's own. Never one of `own_numbers`.
pub fn of_start(
    number: Option<&str>,
    other: Option<&str>,
    override_: Option<&str>,
    own_numbers: &[String],
    country: Option<&str>,
) -> Option<Caller> {
    let own = |raw: &str| is_own(raw, own_numbers, country);
    let given = override_.filter(|raw| !raw.trim().is_empty());
    let chosen = match (given, number) {
        (Some(given), _) => Some(given),
        (None, Some(number)) if own(number) => other,
        (None, number) => number,
    };
    chosen.filter(|raw| !own(raw)).and_then(|raw| parse(raw, country))
}

/// Whether that is one of the centre's numbers; service numbers that are no E.164 count too.
fn is_own(raw: &str, own_numbers: &[String], country: Option<&str>) -> bool {
    let as_parsed = parse(raw, country);
    let as_written = digits(raw);
    own_numbers.iter().any(|own| {
        (as_parsed.is_some() && parse(own, country) == as_parsed)
            || (as_written.is_some() && digits(own) == as_written)
    })
}

/// The bare digits of a written number, and whether it is marked as international by a plus.
fn digits(raw: &str) -> Option<(bool, String)> {
    if raw.len() > LONGEST {
        return None;
    }
    // Encoded twice and decoded once.
    let raw = raw.replace("%2B", "+").replace("%2b", "+").replace("%20", " ");
    let address = match raw.rsplit_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
        None => raw.as_str(),
    };
    let address = address.trim();
    let user = ["sip:", "sips:", "tel:"]
        .iter()
        .find(|scheme| {
            address.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
        })
        .map_or(address, |scheme| &address[scheme.len()..]);
    let user = user.split(['@', ';', ':']).next().unwrap_or_default().trim();
    let (plus, number) = match user.strip_prefix('+') {
        Some(number) => (true, number),
        None => (false, user),
    };
    let mut digits = String::new();
    for c in number.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '-' | '.' | '/' | '(' | ')' | '~' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    (!digits.is_empty()).then_some((plus, digits))
}

/// A number that says that it is international. Numbering plans change faster than the tables of
/// a library, and a never-ask must not be lost to that, so an unknown range of a known country is
/// taken as it is written.
fn international(digits: &str) -> Option<String> {
    // E.164 has at most fifteen digits; the shortest numbers with country code have seven.
    if !(7..=15).contains(&digits.len()) || digits.starts_with('0') {
        return None;
    }
    let number = phonenumber::parse(None, format!("+{digits}")).ok()?;
    Some(if phonenumber::is_valid(&number) { e164(&number) } else { format!("+{digits}") })
}

/// A number as it is dialled within the country.
fn national(digits: &str, country: Option<country::Id>) -> Option<String> {
    let country = country?;
    // The library takes slices of what is shorter than a country code.
    if !(5..=17).contains(&digits.len()) {
        return None;
    }
    let number = phonenumber::parse(Some(country), digits).ok()?;
    phonenumber::is_valid(&number).then(|| e164(&number))
}

/// An international number whose plus was never written or got lost. Only a number that is really
/// given out somewhere: an internal extension must not become one.
fn unmarked(digits: &str) -> Option<String> {
    if !(10..=15).contains(&digits.len()) || digits.starts_with('0') {
        return None;
    }
    let number = phonenumber::parse(None, format!("+{digits}")).ok()?;
    phonenumber::is_valid(&number).then(|| e164(&number))
}

fn e164(number: &phonenumber::PhoneNumber) -> String {
    number.format().mode(phonenumber::Mode::E164).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is written, the country it is read in, and the number or none.
    const WRITTEN: &[(&str, &str, Option<&str>)] = &[
        // One Lithuanian mobile in the forms in which platforms and people write it.
        ("+37060000001", "LT", Some("+37060000001")),
        ("37060000001", "LT", Some("+37060000001")),
        (" 37060000001", "LT", Some("+37060000001")),
        ("%2B37060000001", "LT", Some("+37060000001")),
        ("%2b37060000001", "LT", Some("+37060000001")),
        ("%2037060000001", "LT", Some("+37060000001")),
        ("0037060000001", "LT", Some("+37060000001")),
        ("+0037060000001", "LT", Some("+37060000001")),
        ("00 370 600 00001", "LT", Some("+37060000001")),
        ("+370 600 00 001", "LT", Some("+37060000001")),
        ("+370-600-00001", "LT", Some("+37060000001")),
        ("+370 (600) 00001", "LT", Some("+37060000001")),
        ("+370.600.00001", "LT", Some("+37060000001")),
        ("+370\u{a0}600\u{2011}00001", "LT", Some("+37060000001")),
        ("860000001", "LT", Some("+37060000001")),
        ("8 600 00001", "LT", Some("+37060000001")),
        ("(8-600) 00001", "LT", Some("+37060000001")),
        ("8~600 00 001", "LT", Some("+37060000001")),
        ("060000001", "LT", Some("+37060000001")),
        ("60000001", "LT", Some("+37060000001")),
        ("tel:+37060000001", "LT", Some("+37060000001")),
        ("tel:+370-600-00001;ext=12", "LT", Some("+37060000001")),
        ("sip:+37060000001@sip.example.net", "LT", Some("+37060000001")),
        ("SIP:+37060000001@10.0.0.1:5060;user=phone", "LT", Some("+37060000001")),
        ("sips:37060000001@sip.example.net", "LT", Some("+37060000001")),
        ("sip:860000001@pbx", "LT", Some("+37060000001")),
        ("\"Ona <3\" <sip:+37060000001@x>", "LT", Some("+37060000001")),
        ("\"Ona\" <sip:+37060000001@x>;tag=1", "LT", Some("+37060000001")),
        ("37060000001@sip.example.net", "LT", Some("+37060000001")),
        ("+37060000001", "", Some("+37060000001")),
        ("37060000001", "PL", Some("+37060000001")),
        ("37060000001", "", Some("+37060000001")),
        ("0037060000001", "", Some("+37060000001")),
        ("+37060000001", "lt", Some("+37060000001")),
        ("+37060000001", "nowhere", Some("+37060000001")),
        // Other countries.
        ("+48 512 345 678", "LT", Some("+48512345678")),
        ("512 345 678", "PL", Some("+48512345678")),
        ("29 123 456", "LV", Some("+37129123456")),
        ("098765 43210", "IN", Some("+919876543210")),
        ("(415) 867-5309", "US", Some("+14158675309")),
        ("14158675309", "LT", Some("+14158675309")),
        ("+14158675309", "LT", Some("+14158675309")),
        // A range that the tables do not know stays as written.
        ("+37099999999", "LT", Some("+37099999999")),
        // Nobody.
        ("", "LT", None),
        ("   ", "LT", None),
        ("+", "LT", None),
        ("anonymous", "LT", None),
        ("Anonymous", "LT", None),
        ("restricted", "LT", None),
        ("unavailable", "LT", None),
        ("unknown", "LT", None),
        ("private", "LT", None),
        ("+266696687", "LT", None),
        ("266696687", "LT", None),
        ("+7378742833", "LT", None),
        ("+86282452253", "LT", None),
        ("sip:anonymous@anonymous.invalid", "LT", None),
        ("sip:ona@example.net", "LT", None),
        ("sip:1000@pbx.example.net", "LT", None),
        ("1000", "LT", None),
        ("8500", "LT", None),
        ("112", "LT", None),
        ("client:ona", "LT", None),
        ("client:+37060000001", "LT", None),
        ("agent1001", "LT", None),
        ("60000001", "", None),
        ("+123", "LT", None),
        ("+1234567890123456", "LT", None),
        ("c0ffee0123456789", "LT", None),
    ];

    #[test]
    fn a_number_is_one_number_in_every_written_form() {
        for (written, country, expected) in WRITTEN {
            let country = (!country.is_empty()).then_some(*country);
            let got = parse(written, country);
            assert_eq!(
                got.as_ref().map(|c| c.e164.as_str()),
                *expected,
                "{written:?} read in {country:?}"
            );
            if let Some(caller) = got {
                assert!(caller.e164.ends_with(&caller.last) && caller.last.len() == 3);
            }
        }
    }

    #[test]
    fn the_customer_is_never_one_of_the_centres_numbers() {
        let own = ["+37052000000".to_owned(), "1588".to_owned()];
        let ona = Some("+37060000001");
        // number, other, caller=, expected
        let cases = [
            (ona, Some("+37052000000"), None, ona),
            (Some("852000000"), ona, None, ona),
            (Some("1588"), ona, None, ona),
            (Some("anonymous"), Some("+37052000000"), None, None),
            // The other end is asked only when the first is ours.
            (Some("anonymous"), Some("+37060000002"), None, None),
            (None, ona, None, None),
            (Some("+37052000000"), Some("1588"), None, None),
            (Some("+37060000002"), None, Some("860000001"), ona),
            (Some("+37060000002"), None, Some(""), Some("+37060000002")),
            (Some("+37060000002"), None, Some("anonymous"), None),
            (Some("+37060000002"), None, Some("+37052000000"), None),
        ];
        for (number, other, override_, expected) in cases {
            let got = of_start(number, other, override_, &own, Some("LT"));
            assert_eq!(
                got.map(|c| c.e164).as_deref(),
                expected,
                "{number:?} {other:?} {override_:?}"
            );
        }
    }

    #[test]
    fn a_caller_does_not_print_its_number() {
        let caller = parse("+37060000001", None).unwrap();
        assert_eq!(format!("{caller:?}"), "Caller(…001)");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(raw in any::<String>(), country in "[A-Z]{2}|.{0,4}") {
            let _ = parse(&raw, Some(&country));
        }

        #[test]
        fn no_digits_make_it_panic_and_e164_is_read_back(
            raw in "[+ ]?0{0,3}[0-9]{0,18}",
            country in "LT|US|RU|GB|AR|BR|MX|AC|ZW|",
        ) {
            if let Some(caller) = parse(&raw, Some(&country)) {
                prop_assert!(caller.e164.starts_with('+'));
                prop_assert_eq!(parse(&caller.e164, None), Some(caller));
            }
        }
    }
}
