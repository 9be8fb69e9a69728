//! How much of a regression's R² belongs to each of its predictors.
//!
//! Both functions take correlations: `between` of the predictors with each other by rows (1 on the
//! diagonal), `with` of each predictor with the outcome. Both give one number for each predictor,
//! not below 0, which add up to R².

use super::length;
use super::symmetric::eigen;

/// So many predictors are shared out exactly; [`lmg`] takes 2^p regressions.
pub const MOST_EXACT: usize = 8;

/// A predictor that leaves less of its own variance than this beside others adds nothing to them.
const SINGULAR: f64 = 1e-10;

/// The shares of R² after Lindeman, Merenda and Gold, which are Shapley's values: a predictor's
/// gain in R², averaged over all orders in which the predictors may enter (Grömping 2007, The
/// American Statistician 61:139).
///
/// When not to use: above some 12 predictors (each more doubles the time; see
/// [`relative_weights`]). A predictor without any effect of its own gets a share if it goes
/// together with one that has: "goes together with", not "causes".
pub fn lmg(between: &[Vec<f64>], with: &[f64]) -> Vec<f64> {
    let p = with.len();
    let mut explained = vec![0.0; 1 << p];
    Subset { between, with, chosen: Vec::new() }.extend(0, 0, 0.0, &mut explained);
    // Of the p! orders, |S|!·(p − 1 − |S|)! have the predictor right after the set S.
    let mut weights = vec![1.0 / length(p.max(1)); p];
    for size in 1..p {
        weights[size] = weights[size - 1] * length(size) / length(p - size);
    }
    (0..p)
        .map(|own| {
            let without = (0..explained.len()).filter(|set| set & (1 << own) == 0);
            without
                .map(|set| {
                    let gain = explained[set | (1 << own)] - explained[set];
                    weights[set.count_ones() as usize] * gain
                })
                .sum()
        })
        .collect()
}

/// A set of predictors, orthogonalised one after the other (Cholesky's factor row by row), so that
/// the R² of a larger set costs one more row instead of a regression.
struct Subset<'a> {
    between: &'a [Vec<f64>],
    with: &'a [f64],
    /// Predictor, its row of the factor, and its correlation with the outcome beside the others.
    chosen: Vec<(usize, Vec<f64>, f64)>,
}

impl Subset<'_> {
    /// Writes the R² of this set and of every set that adds predictors from `next` on.
    fn extend(&mut self, next: usize, set: usize, r_squared: f64, explained: &mut [f64]) {
        explained[set] = r_squared;
        for own in next..self.with.len() {
            let mut row: Vec<f64> = Vec::with_capacity(self.chosen.len() + 1);
            let mut beside = self.with[own];
            for (other, of_other, part) in &self.chosen {
                let known: f64 = row.iter().zip(of_other).map(|(a, b)| a * b).sum();
                let element = (self.between[own][*other] - known) / of_other[row.len()];
                row.push(element);
                beside -= element * part;
            }
            let left = 1.0 - row.iter().map(|element| element * element).sum::<f64>();
            if left < SINGULAR {
                self.extend(own + 1, set | (1 << own), r_squared, explained);
                continue;
            }
            let part = beside / left.sqrt();
            row.push(left.sqrt());
            self.chosen.push((own, row, part));
            self.extend(own + 1, set | (1 << own), r_squared + part * part, explained);
            self.chosen.pop();
        }
    }
}

/// Johnson's relative weights (2000, Multivariate Behavioral Research 35:1): with R = QΛQᵀ and
/// `L = Q·Λ^½·Qᵀ`, the predictors' nearest orthogonal counterparts have weights `β* = L⁻¹·r`, and
/// predictor j gets `Σ_k L_jk²·β*_k²`. Close to [`lmg`], in no time for dozens of predictors.
///
/// When not to use: where [`lmg`] can be had; the weights have no such plain meaning.
pub fn relative_weights(between: &[Vec<f64>], with: &[f64]) -> Vec<f64> {
    let parts = eigen(between);
    let root = parts.map(|value| value.max(0.0).sqrt());
    // Directions in which nothing varies are left out.
    let inverse = parts.map(|value| if value > SINGULAR { 1.0 / value.sqrt() } else { 0.0 });
    let weights: Vec<f64> =
        inverse.iter().map(|row| row.iter().zip(with).map(|(a, b)| a * b).sum()).collect();
    let square = |x: f64| x * x;
    root.iter()
        .map(|row| row.iter().zip(&weights).map(|(a, b)| square(*a) * square(*b)).sum())
        .collect()
}

/// The variance inflation factors: the diagonal of R⁻¹, 1 where a predictor goes together with no
/// other (Marquardt 1970, Technometrics 12:591). Infinite where others make it up wholly.
///
/// When not to use: to leave predictors out one by one until all is small; say that they cannot be
/// separated.
pub fn variance_inflation(between: &[Vec<f64>]) -> Vec<f64> {
    let parts = eigen(between);
    parts
        .vectors
        .iter()
        .map(|row| {
            row.iter()
                .zip(&parts.values)
                .map(|(element, value)| match *value > SINGULAR {
                    true => element * element / value,
                    // In the direction of no variance, if the predictor has any part in it.
                    false if element * element > SINGULAR => f64::INFINITY,
                    false => 0.0,
                })
                .sum()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::correlation::pearson;
    use crate::satisfaction::near;

    /// Fertility, agriculture, examination, education, Catholic, infant mortality of 47 Swiss
    /// provinces about 1888 (Mosteller and Tukey 1977; R's `swiss`).
    const SWISS: &str = include_str!("../../tests/statistics/swiss.csv");

    /// Miles a gallon of 32 cars of 1974 (Henderson and Velleman 1981; R's `mtcars`).
    const MOTORS: &str = include_str!("../../tests/statistics/mtcars.csv");

    fn columns(text: &str) -> Vec<Vec<f64>> {
        let rows: Vec<Vec<f64>> = text
            .lines()
            .skip(1)
            .map(|line| line.split(',').skip(1).map(|x| x.parse().expect("a number")).collect())
            .collect();
        (0..rows[0].len()).map(|at| rows.iter().map(|row| row[at]).collect()).collect()
    }

    /// The first column is the outcome.
    fn correlations(columns: &[Vec<f64>]) -> (Vec<Vec<f64>>, Vec<f64>) {
        let r = |a: &Vec<f64>, b: &Vec<f64>| pearson(a, b).expect("they vary");
        let predictors = &columns[1..];
        let between =
            predictors.iter().map(|a| predictors.iter().map(|b| r(a, b)).collect()).collect();
        (between, predictors.iter().map(|a| r(a, &columns[0])).collect())
    }

    #[test]
    fn the_swiss_provinces() {
        let columns = columns(SWISS);
        assert_eq!((columns.len(), columns[0].len()), (6, 47));
        let (between, with) = correlations(&columns);
        // R's relaimpo, calc.relimp(Fertility ~ .), lmg.
        let wanted = [
            0.057_091_220_768_1,
            0.171_173_028_900_2,
            0.260_134_678_624_4,
            0.105_570_150_373_5,
            0.112_765_922_926_5,
        ];
        let got = lmg(&between, &with);
        for (got, wanted) in got.iter().zip(wanted) {
            near(*got, wanted, 6e-13);
        }
        near(got.iter().sum(), 0.706_735_001_593, 5e-12);
        let wanted = [
            0.048_416_895_812,
            0.154_708_249_806,
            0.271_964_104_646,
            0.114_680_029_948,
            0.116_965_721_381,
        ];
        for (got, wanted) in relative_weights(&between, &with).iter().zip(wanted) {
            near(*got, wanted, 6e-12);
        }
    }

    #[test]
    fn the_motor_cars() {
        // R's rwa on mtcars, mpg by cylinders, displacement, horsepower and gears.
        let (between, with) = correlations(&columns(MOTORS));
        let wanted = [0.228_479_725_928, 0.222_146_870_540, 0.232_174_439_299, 0.096_388_603_215];
        for (got, wanted) in relative_weights(&between, &with).iter().zip(wanted) {
            near(*got, wanted, 6e-13);
        }
    }

    #[test]
    fn by_hand() {
        let between = [vec![1.0, 0.5], vec![0.5, 1.0]];
        let got = lmg(&between, &[0.6, 0.4]);
        near(got[0], 0.286_666_7, 5e-8);
        near(got[1], 0.086_666_7, 5e-8);
        assert!(lmg(&[], &[]).is_empty());
        near(variance_inflation(&between)[0], 1.0 / 0.75, 1e-14);
    }

    #[test]
    fn twins_share_what_they_explain() {
        let between = [vec![1.0, 1.0, 0.2], vec![1.0, 1.0, 0.2], vec![0.2, 0.2, 1.0]];
        let with = [0.6, 0.6, 0.3];
        let got = lmg(&between, &with);
        near(got[0], got[1], 1e-12);
        let alone = lmg(&[vec![1.0, 0.2], vec![0.2, 1.0]], &[0.6, 0.3]);
        near(got.iter().sum(), alone.iter().sum(), 1e-9);
        assert_eq!(variance_inflation(&between)[0], f64::INFINITY);
        near(relative_weights(&between, &with).iter().sum(), alone.iter().sum(), 1e-9);
    }

    proptest! {
        #[test]
        fn both_share_out_the_whole(values in proptest::collection::vec(1u8..6, 5 * 40)) {
            let columns: Vec<Vec<f64>> =
                values.chunks(40).map(|column| column.iter().copied().map(f64::from).collect()).collect();
            prop_assume!(columns.iter().all(|column| column.iter().any(|x| x != &column[0])));
            let (between, with) = correlations(&columns);
            let (one, other) = (lmg(&between, &with), relative_weights(&between, &with));
            prop_assert!(one.iter().chain(&other).all(|share| *share >= -1e-12));
            prop_assert!((one.iter().sum::<f64>() - other.iter().sum::<f64>()).abs() < 1e-9);
        }
    }
}
