//! Sounds as the phone needs them: how long one lasts, and a voice to record.

/// Milliseconds of a sound file, `None` when it is no RIFF WAVE file. Other kinds (MP3) are not
/// read: their length is guessed from size at 32 kbit/s by the caller of this function.
pub(super) fn wav_millis(file: &[u8]) -> Option<i64> {
    if file.get(..4)? != b"RIFF" || file.get(8..12)? != b"WAVE" {
        return None;
    }
    let long = |at: usize| -> Option<u32> {
        Some(u32::from_le_bytes(file.get(at..at.checked_add(4)?)?.try_into().ok()?))
    };
    let (mut at, mut bytes_per_second) = (12, 0);
    loop {
        let name = file.get(at..at + 4)?;
        let size = usize::try_from(long(at + 4)?).ok()?;
        let body = at + 8;
        match name {
            b"fmt " => bytes_per_second = i64::from(long(body + 8)?),
            b"data" if bytes_per_second > 0 => {
                // A streamed file may claim more than it holds.
                let held = size.min(file.len().saturating_sub(body));
                return Some(i64::try_from(held).ok()? * 1000 / bytes_per_second);
            }
            _ => {}
        }
        at = body.checked_add(size)?.checked_add(size % 2)?;
    }
}

/// A recording: 8 kHz, 16 bit, mono; a tone of about 440 Hz for `millis`.
pub(super) fn tone(millis: i64) -> Vec<u8> {
    let samples = u32::try_from(millis.clamp(0, 3_600_000) * 8).unwrap_or_default();
    let bytes = samples * 2;
    let mut file = Vec::with_capacity(44 + bytes as usize);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes()); // PCM
    file.extend_from_slice(&1_u16.to_le_bytes()); // mono
    file.extend_from_slice(&8000_u32.to_le_bytes());
    file.extend_from_slice(&16000_u32.to_le_bytes()); // bytes a second
    file.extend_from_slice(&2_u16.to_le_bytes()); // bytes a sample
    file.extend_from_slice(&16_u16.to_le_bytes()); // bits a sample
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    // 18 samples a wave are 444 Hz.
    const WAVE: [i16; 18] = [
        0, 2052, 3857, 5196, 5909, 5909, 5196, 3857, 2052, 0, -2052, -3857, -5196, -5909, -5909,
        -5196, -3857, -2052,
    ];
    for n in 0..samples as usize {
        file.extend_from_slice(&WAVE[n % WAVE.len()].to_le_bytes());
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_tone_is_read_back() {
        for millis in [0, 1, 250, 3000] {
            assert_eq!(wav_millis(&tone(millis)), Some(millis));
        }
    }

    #[test]
    fn what_is_no_wave_file_has_no_length() {
        let whole = tone(100);
        for file in [&b""[..], b"ID3", b"RIFF....WAVE", &whole[..30]] {
            assert_eq!(wav_millis(file), None);
        }
    }
}
