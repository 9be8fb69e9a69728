//! Eigenvalues of small symmetric matrices, such as the correlations of a survey's attributes.
//!
//! A linear algebra library would weigh more than the rest of this room: what is needed is one
//! decomposition of a matrix of at most some thirty rows.

/// A symmetric matrix taken apart: `A = Q·Λ·Qᵀ`.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigen {
    /// The diagonal of Λ, in no order.
    pub values: Vec<f64>,
    /// Q by rows; its columns are the eigenvectors in the order of the values.
    pub vectors: Vec<Vec<f64>>,
}

/// Jacobi's method (Golub and Van Loan, Matrix Computations, section 8.5): rotations that make one
/// element after another off the diagonal zero, until none is left that matters. The matrix is
/// given by rows; what is below the diagonal is not read.
///
/// When not to use: for matrices that are not symmetric, or of hundreds of rows (O(n³) in each of
/// some eight rounds).
pub fn eigen(matrix: &[Vec<f64>]) -> Eigen {
    let n = matrix.len();
    let mut a: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| matrix[i.min(j)][i.max(j)]).collect()).collect();
    let mut q: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    let size: f64 = a.iter().flatten().map(|x| x * x).sum();
    // Convergence is quadratic: some eight rounds in practice.
    for _ in 0..60 {
        let off: f64 = (0..n)
            .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
            .map(|(i, j)| a[i][j] * a[i][j])
            .sum();
        if off <= 1e-30 * size {
            break;
        }
        for i in 0..n {
            for j in i + 1..n {
                if a[i][j] != 0.0 {
                    rotate(&mut a, &mut q, i, j);
                }
            }
        }
    }
    Eigen { values: (0..n).map(|i| a[i][i]).collect(), vectors: q }
}

/// Makes `a[i][j]` zero: `A ← JᵀAJ`, `Q ← QJ`.
fn rotate(a: &mut [Vec<f64>], q: &mut [Vec<f64>], i: usize, j: usize) {
    let theta = (a[j][j] - a[i][i]) / (2.0 * a[i][j]);
    // The smaller of the two angles, which keeps the rounds stable.
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for row in a.iter_mut().chain(q.iter_mut()) {
        (row[i], row[j]) = (cosine * row[i] - sine * row[j], sine * row[i] + cosine * row[j]);
    }
    let (above, below) = a.split_at_mut(j);
    for (one, other) in above[i].iter_mut().zip(&mut below[0]) {
        (*one, *other) = (cosine * *one - sine * *other, sine * *one + cosine * *other);
    }
}

impl Eigen {
    /// `Q·f(Λ)·Qᵀ`, by rows: the matrix's square root for `f64::sqrt`, its inverse for 1/x.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
        let mapped: Vec<f64> = self.values.iter().map(|value| f(*value)).collect();
        let element = |one: &Vec<f64>, other: &Vec<f64>| -> f64 {
            one.iter().zip(other).zip(&mapped).map(|((a, b), value)| a * b * value).sum()
        };
        self.vectors
            .iter()
            .map(|one| self.vectors.iter().map(|other| element(one, other)).collect())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::satisfaction::near;

    #[test]
    fn a_matrix_of_two() {
        let mut got = eigen(&[vec![2.0, 1.0], vec![1.0, 2.0]]).values;
        got.sort_by(f64::total_cmp);
        near(got[0], 1.0, 1e-14);
        near(got[1], 3.0, 1e-14);
        assert!(eigen(&[]).values.is_empty());
        assert_eq!(eigen(&[vec![5.0]]).values, [5.0]);
    }

    #[test]
    fn equal_diagonals_are_turned_by_half_a_right_angle() {
        // theta is 0 here, whose sign must not be.
        let got = eigen(&[vec![1.0, 0.5], vec![0.5, 1.0]]);
        near(got.values.iter().product::<f64>(), 0.75, 1e-14);
    }

    proptest! {
        #[test]
        fn the_parts_make_the_whole(elements in proptest::collection::vec(-1.0f64..1.0, 36)) {
            let matrix: Vec<Vec<f64>> =
                (0..6usize).map(|i| (0..6usize).map(|j| elements[i.min(j) * 6 + i.max(j)]).collect()).collect();
            let parts = eigen(&matrix);
            let again = parts.map(|value| value);
            let unit = parts.map(|_| 1.0);
            for i in 0..6 {
                for j in 0..6 {
                    prop_assert!((again[i][j] - matrix[i][j]).abs() < 1e-12);
                    prop_assert!((unit[i][j] - f64::from(u8::from(i == j))).abs() < 1e-12);
                }
            }
        }
    }
}
