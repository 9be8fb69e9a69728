//! Telephone sound: WAV files of 8 kHz mono 16-bit samples, their µ-law and A-law forms, and what
//! makes a speech program's output into one: resampling, trimming, loudness.
//!
//! Sources: the RIFF/WAVE format (Microsoft, "Multimedia Programming Interface and Data
//! Specifications 1.0"), ITU-T G.711 for µ-law and A-law.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Samples a second of everything that is played into a call.
pub const RATE: u32 = 8000;

/// How samples are written in a WAV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// 16-bit linear.
    Linear,
    /// G.711 µ-law, 8 bits a sample.
    Ulaw,
    /// G.711 A-law, 8 bits a sample.
    Alaw,
}

/// Why a WAV file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// It does not begin with RIFF and WAVE.
    #[error("this is not a WAV file")]
    NotWav,
    /// A chunk is cut off, or `fmt ` or `data` is missing.
    #[error("the WAV file is damaged: {0}")]
    Damaged(&'static str),
    /// It is some other kind of WAV.
    #[error(
        "the WAV file has {channels} channel(s), {bits} bits, {rate} samples a second, format \
         {format}; it must be mono, 16 bits, PCM (format 1){wanted}"
    )]
    Format {
        /// Channels.
        channels: u16,
        /// Bits a sample.
        bits: u16,
        /// Samples a second.
        rate: u32,
        /// Format tag; 1 is PCM.
        format: u16,
        /// The rate that was asked for, as words.
        wanted: &'static str,
    },
}

/// Reads telephone sound: mono, 16-bit PCM, 8,000 samples a second, and nothing else.
pub fn read(file: &[u8]) -> Result<Vec<i16>, WavError> {
    telephone(file).map(samples)
}

/// How many samples a file of telephone sound has; refuses what [`read`] refuses.
pub fn count(file: &[u8]) -> Result<usize, WavError> {
    telephone(file).map(|data| data.len() / 2)
}

/// Reads mono 16-bit PCM of any rate: rate and samples. A data chunk that claims to be longer
/// than the file (speech programs write so into pipes) ends with the file.
pub fn read_any_rate(file: &[u8]) -> Result<(u32, Vec<i16>), WavError> {
    data(file).map(|(rate, data)| (rate, samples(data)))
}

fn telephone(file: &[u8]) -> Result<&[u8], WavError> {
    match data(file)? {
        (RATE, data) => Ok(data),
        (rate, _) => Err(WavError::Format {
            channels: 1,
            bits: 16,
            rate,
            format: 1,
            wanted: ", 8000 samples a second",
        }),
    }
}

fn samples(data: &[u8]) -> Vec<i16> {
    data.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
}

/// The rate and the data chunk of a mono 16-bit file.
fn data(file: &[u8]) -> Result<(u32, &[u8]), WavError> {
    let (Some(b"RIFF"), Some(b"WAVE")) = (file.get(..4), file.get(8..12)) else {
        return Err(WavError::NotWav);
    };
    let mut rest = &file[12..];
    let mut rate = None;
    while let Some((head, body)) = rest.split_at_checked(8) {
        let size = usize::try_from(word32(head, 4)).unwrap_or(usize::MAX);
        match &head[..4] {
            b"fmt " => {
                let fmt = body.get(..16).ok_or(WavError::Damaged("the fmt chunk is cut off"))?;
                let (format, channels, bits) = (word16(fmt, 0), word16(fmt, 2), word16(fmt, 14));
                if (format, channels, bits) != (1, 1, 16) {
                    let (rate, wanted) = (word32(fmt, 4), "");
                    return Err(WavError::Format { channels, bits, rate, format, wanted });
                }
                rate = Some(word32(fmt, 4));
            }
            b"data" => {
                let rate = rate.ok_or(WavError::Damaged("it has no fmt chunk before its data"))?;
                return Ok((rate, &body[..size.min(body.len())]));
            }
            _ => {}
        }
        // Chunks stand on even places.
        rest = body.get(size.saturating_add(size & 1)..).unwrap_or_default();
    }
    Err(WavError::Damaged("it has no data chunk"))
}

fn word16(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn word32(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Writes telephone sound as a WAV file.
pub fn write(samples: &[i16], coding: Coding) -> Vec<u8> {
    let count = u32::try_from(samples.len()).unwrap_or(u32::MAX / 2);
    let (format, bytes): (u16, u16) = match coding {
        Coding::Linear => (1, 2),
        Coding::Alaw => (6, 1),
        Coding::Ulaw => (7, 1),
    };
    let size = count * u32::from(bytes);
    let padding = size & 1;
    // Other codings than PCM say so in a longer fmt chunk and count their samples in `fact`.
    let (fmt_size, fact_size) = if coding == Coding::Linear { (16_u32, 0) } else { (18, 12) };
    let mut file = Vec::with_capacity(size as usize + 60);
    file.extend(b"RIFF");
    file.extend((4 + 8 + fmt_size + fact_size + 8 + size + padding).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(fmt_size.to_le_bytes());
    file.extend(format.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * u32::from(bytes)).to_le_bytes());
    file.extend(bytes.to_le_bytes());
    file.extend((bytes * 8).to_le_bytes());
    if coding != Coding::Linear {
        file.extend(0_u16.to_le_bytes());
        file.extend(b"fact");
        file.extend(4_u32.to_le_bytes());
        file.extend(count.to_le_bytes());
    }
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    match coding {
        Coding::Linear => file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes())),
        Coding::Ulaw => file.extend(samples.iter().map(|&sample| ulaw(sample))),
        Coding::Alaw => file.extend(samples.iter().map(|&sample| alaw(sample))),
    }
    file.extend((0..padding).map(|_| 0));
    file
}

/// Both codes of every sample, made once: a table look-up for each sample afterwards.
static G711: LazyLock<Vec<[u8; 2]>> = LazyLock::new(|| {
    (i16::MIN..=i16::MAX).map(|sample| [ulaw_code(sample), alaw_code(sample)]).collect()
});

fn codes(sample: i16) -> [u8; 2] {
    let index = usize::from((i32::from(sample) + 32768) as u16);
    G711.get(index).copied().unwrap_or([0xff, 0xd5])
}

/// The µ-law code of a sample.
pub fn ulaw(sample: i16) -> u8 {
    codes(sample)[0]
}

/// The A-law code of a sample.
pub fn alaw(sample: i16) -> u8 {
    codes(sample)[1]
}

fn ulaw_code(sample: i16) -> u8 {
    // G.711 counts 14-bit magnitudes; 33 is the bias that makes every segment start at a power of
    // two.
    let negative = sample < 0;
    let magnitude = i32::from(sample) >> 2;
    let biased = (if negative { -magnitude } else { magnitude }).min(8158) + 33;
    let segment = (26 - biased.leading_zeros()).min(7);
    let step = (biased >> (segment + 1)) & 0x0f;
    let code = u8::try_from((segment << 4) as i32 | step).unwrap_or(0x7f);
    !(code | if negative { 0x80 } else { 0 })
}

fn alaw_code(sample: i16) -> u8 {
    // 13-bit values; negative ones are counted from -1, so that both halves have equal steps.
    let value = i32::from(sample) >> 3;
    let (magnitude, sign) = if value >= 0 { (value, 0x80) } else { (-value - 1, 0) };
    let segment = if magnitude < 32 { 0 } else { 27 - magnitude.leading_zeros() };
    let step = if segment < 2 { magnitude >> 1 } else { magnitude >> segment } & 0x0f;
    let code = u8::try_from((segment << 4) as i32 | step).unwrap_or(0x7f);
    (code | sign) ^ 0x55
}

/// Changes the rate to that of the telephone: each new sample is a weighted sum of the old ones
/// around it, weighted by a windowed sine cardinal that lets through what the telephone carries
/// (up to 3.6 kHz) and nothing above the half of the new rate.
pub fn resample(samples: &[i16], rate: u32) -> Vec<i16> {
    if rate == RATE || rate == 0 {
        return samples.to_vec();
    }
    let step = f64::from(rate) / f64::from(RATE);
    // Cut-off in cycles an old sample, and half the length of the window in old samples.
    let cutoff = 3600.0 / f64::from(rate).max(f64::from(RATE));
    let half = 24.0 * step.max(1.0);
    let count = (samples.len() as f64 / step) as usize;
    (0..count)
        .map(|n| {
            let centre = n as f64 * step;
            let first = (centre - half).ceil().max(0.0) as usize;
            let last = ((centre + half).floor() as usize).min(samples.len().saturating_sub(1));
            let (mut sum, mut weights) = (0.0, 0.0);
            for (place, sample) in samples.iter().enumerate().take(last + 1).skip(first) {
                let distance = place as f64 - centre;
                let x = 2.0 * PI * cutoff * distance;
                let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
                // Blackman's window: side lobes 58 dB down, below what 8-bit lines carry.
                let phase = PI * distance / half;
                let window = 0.42 + 0.5 * phase.cos() + 0.08 * (2.0 * phase).cos();
                sum += f64::from(*sample) * sinc * window;
                weights += sinc * window;
            }
            clamp(sum / if weights.abs() < 1e-9 { 1.0 } else { weights })
        })
        .collect()
}

/// Takes silence off both ends but for 100 ms, and makes all prompts equally loud: the spoken
/// parts at -20 dB of full scale, no sample above -1 dB.
pub fn polish(samples: &[i16]) -> Vec<i16> {
    const FRAME: usize = RATE as usize / 100;
    const KEEP: usize = RATE as usize / 10;
    let peak = samples.iter().map(|s| i32::from(*s).abs()).max().unwrap_or(0);
    if peak == 0 {
        return samples.to_vec();
    }
    // Speech is what stands above 1 % of the loudest sample.
    let loud = |s: &i16| i32::from(*s).abs() * 100 > peak;
    let first = samples.iter().position(loud).unwrap_or(0).saturating_sub(KEEP);
    let last = samples.iter().rposition(loud).unwrap_or(0) + KEEP;
    let kept = &samples[first..last.min(samples.len())];
    let powers: Vec<f64> = kept
        .chunks(FRAME)
        .map(|frame| frame.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / frame.len() as f64)
        .collect();
    let most = powers.iter().copied().fold(0.0, f64::max);
    let spoken: Vec<f64> = powers.into_iter().filter(|power| *power > most / 1000.0).collect();
    let loudness = (spoken.iter().sum::<f64>() / spoken.len().max(1) as f64).sqrt();
    let gain = (3276.8 / loudness).min(29204.0 / f64::from(peak));
    kept.iter().map(|s| clamp(f64::from(*s) * gain)).collect()
}

fn clamp(value: f64) -> i16 {
    value.round().clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16
}

/// A tone of 1,000 Hz with soft ends.
pub fn tone(millis: u32) -> Vec<i16> {
    let count = RATE * millis / 1000;
    (0..count)
        .map(|n| {
            // 10 ms up and down, or the tone clicks.
            let edge = f64::from(n.min(count - 1 - n)) / f64::from(RATE / 100);
            let wave = (2.0 * PI * 1000.0 * f64::from(n) / f64::from(RATE)).sin();
            clamp(8000.0 * edge.min(1.0) * wave)
        })
        .collect()
}

/// Silence.
pub fn silence(millis: u32) -> Vec<i16> {
    vec![0; (u64::from(RATE) * u64::from(millis) / 1000) as usize]
}

/// How long that many samples last, in milliseconds.
pub fn millis(samples: usize) -> u32 {
    u32::try_from(samples as u64 * 1000 / u64::from(RATE)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// Decoding as G.711 tables 1 and 2 give it, scaled to 16 bits.
    fn ulaw_value(code: u8) -> i16 {
        let code = !code;
        let magnitude = ((i16::from(code & 0x0f) << 3) + 0x84) << ((code & 0x70) >> 4);
        if code & 0x80 == 0 { magnitude - 0x84 } else { 0x84 - magnitude }
    }

    fn alaw_value(code: u8) -> i16 {
        let code = code ^ 0x55;
        let (step, segment) = (i16::from(code & 0x0f) << 4, (code & 0x70) >> 4);
        let magnitude = match segment {
            0 => step + 8,
            segment => (step + 0x108) << (segment - 1),
        };
        if code & 0x80 != 0 { magnitude } else { -magnitude }
    }

    #[test]
    fn g711_codes_are_the_known_ones() {
        for (sample, u, a) in [
            (0, 0xff, 0xd5),
            (-1, 0x7e, 0x55),
            (8, 0xfe, 0xd5),
            (1000, 0xce, 0xfa),
            (-1000, 0x4e, 0x7a),
            (8031, 0xa0, 0x8a),
            (32767, 0x80, 0xaa),
            (-32768, 0x00, 0x2a),
        ] {
            assert_eq!((ulaw(sample), alaw(sample)), (u, a), "{sample}");
        }
    }

    #[test]
    fn all_g711_codes_are_those_of_another_implementation() {
        // SHA-256 over the codes of -32768..=32767 as CPython's audioop writes them.
        let sum = |code: fn(i16) -> u8| -> String {
            let codes: Vec<u8> = (i16::MIN..=i16::MAX).map(code).collect();
            Sha256::digest(codes)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
        };
        assert_eq!((sum(ulaw), sum(alaw)), ("81d633c9e6972a18".into(), "38488f6fd710f468".into()));
    }

    #[test]
    fn every_g711_code_survives_decoding_and_encoding() {
        for code in 0..=255 {
            // Negative zero has no sample of its own.
            if code != 0x7f {
                assert_eq!(ulaw(ulaw_value(code)), code, "µ-law {code:02x}");
            }
            assert_eq!(alaw(alaw_value(code)), code, "A-law {code:02x}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let samples = [0, 1, -1, 32767, -32768];
        assert_eq!(read(&write(&samples, Coding::Linear)), Ok(samples.to_vec()));
        let file = write(&samples, Coding::Ulaw);
        assert_eq!(file.len(), 58 + 6, "odd data are padded");
        assert_eq!(word32(&file, 4) as usize, file.len() - 8);
        assert_eq!((word16(&file, 20), word16(&file, 34), word32(&file, 46)), (7, 8, 5));
        assert_eq!(word16(&write(&samples, Coding::Alaw), 20), 6);
    }

    #[test]
    fn other_files_are_refused() {
        let good = write(&[1, 2, 3], Coding::Linear);
        let mut fast = good.clone();
        fast[24..28].copy_from_slice(&22050_u32.to_le_bytes());
        let mut stereo = good.clone();
        stereo[22] = 2;
        assert_eq!(read(b"ID3 not a wav file"), Err(WavError::NotWav));
        assert!(read(&fast).unwrap_err().to_string().contains("22050"));
        assert!(read(&stereo).unwrap_err().to_string().contains("2 channel"));
        assert_eq!(read(&good[..36]), Err(WavError::Damaged("it has no data chunk")));
        for length in 0..good.len() {
            let _ = read(&good[..length]);
        }
        let mut listed = good[..36].to_vec();
        listed.extend(b"LIST\x03\0\0\0abc\0");
        listed.extend(&good[36..]);
        assert_eq!(read(&listed), Ok(vec![1, 2, 3]), "further chunks are passed over");
    }

    #[test]
    fn resampling_keeps_speech_and_drops_what_a_telephone_cannot_carry() {
        let wave = |hertz: f64| -> Vec<i16> {
            (0..22050)
                .map(|n| clamp(10000.0 * (2.0 * PI * hertz * f64::from(n) / 22050.0).sin()))
                .collect()
        };
        let strength = |samples: &[i16]| {
            let middle = &samples[500..7500];
            (middle.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / 7000.0).sqrt()
        };
        for (hertz, low, high) in [(300.0, 0.98, 1.02), (3000.0, 0.95, 1.05), (4600.0, 0.0, 0.01)] {
            let out = resample(&wave(hertz), 22050);
            assert_eq!(out.len(), 8000);
            let ratio = strength(&out) / (10000.0 / 2.0_f64.sqrt());
            assert!((low..=high).contains(&ratio), "{hertz} Hz came through at {ratio}");
        }
    }

    #[test]
    fn polishing_trims_and_levels() {
        let mut quiet = silence(1000);
        quiet.extend(tone(500).iter().map(|s| s / 10));
        quiet.extend(silence(1000));
        let out = polish(&quiet);
        assert!((680..=702).contains(&millis(out.len())), "{} ms", millis(out.len()));
        let peak = out.iter().copied().max().unwrap();
        assert!((4300..=5000).contains(&peak), "a tone at -20 dB peaks at 4634, not {peak}");
        assert_eq!(polish(&silence(100)), silence(100));
    }
}
