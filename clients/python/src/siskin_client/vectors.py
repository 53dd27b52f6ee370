"""Sparse vectors, and what can be turned into them.

Everything that takes a vector takes a :data:`VectorLike`: a :class:`SparseVector`, a mapping from terms to weights, a
sequence of ``(term, weight)`` pairs, a ``scipy.sparse`` matrix of one row, a torch tensor of one row, or a numpy array of
one row whose columns are term ids. The libraries are looked at only when such an object is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterable, Iterator, Mapping, Optional, Protocol, Sequence, Tuple, Union, cast

from ._extras import need

Term = Union[str, int]
"""A term: a token, or a number from 0 to 4,294,967,295, as the collection's vocabulary demands."""


@dataclass(frozen=True)
class SparseVector:
    """A set of terms, each with one weight. Immutable.

    Attributes:
        terms: The terms, all of them tokens or all of them numbers; each at most once, in any order; at most 16,384.
        weights: One weight per term, without unit: a finite number from 0 to 1e30. The server keeps 32 bits of it.
    """

    terms: Union[Tuple[str, ...], Tuple[int, ...]]
    weights: Tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.terms) != len(self.weights):
            raise ValueError(f"there are {len(self.terms)} terms and {len(self.weights)} weights; they must be as many")

    @staticmethod
    def of(value: VectorLike) -> SparseVector:
        """Returns a vector of any form that a vector can have.

        Args:
            value: The vector; see the description of this module.

        Raises:
            TypeError: The value has none of these forms, or mixes tokens with numbers.
            ValueError: It has several rows, or not one weight per term.
        """
        if isinstance(value, SparseVector):
            return value
        if isinstance(value, Mapping):
            return SparseVector._of_pairs(value.items())
        if _is_matrix(value):
            rows = list(vectors_of(cast(Matrix, value)))
            if len(rows) != 1:
                raise ValueError(f"the matrix has {len(rows)} rows; a vector is one row. See vectors_of()")
            return rows[0]
        if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
            raise TypeError(
                f"{type(value).__name__} is no sparse vector; give a mapping of terms to weights, (term, weight) pairs, "
                "a scipy.sparse row, a torch tensor or a numpy array"
            )
        return SparseVector._of_pairs(value)

    @staticmethod
    def from_arrays(terms: Iterable[Term], weights: Iterable[float]) -> SparseVector:
        """Returns a vector of terms and weights that are apart, for example two lists or two numpy arrays.

        Args:
            terms: The terms, all tokens or all numbers.
            weights: One weight per term.
        """
        return SparseVector(_checked_terms(_plain(terms)), tuple(map(float, _plain(weights))))

    @staticmethod
    def _of_pairs(pairs: Iterable[Any]) -> SparseVector:
        terms = []
        weights = []
        for pair in pairs:
            try:
                term, weight = pair
            except (TypeError, ValueError):
                raise TypeError(f"{pair!r} is no pair of a term and a weight") from None
            terms.append(term)
            weights.append(float(weight))
        return SparseVector(_checked_terms(terms), tuple(weights))

    def __len__(self) -> int:
        """Returns the number of terms."""
        return len(self.terms)

    def items(self) -> Iterator[Tuple[Term, float]]:
        """Returns the terms with their weights."""
        return iter(zip(self.terms, self.weights))

    def to_dict(self) -> Dict[Term, float]:
        """Returns the weights by their terms."""
        return dict(self.items())

    def to_numpy(self) -> Tuple[Any, Any]:
        """Returns two numpy arrays: the terms (``int64``, or ``str``), and the weights (``float32``)."""
        numpy = need("numpy", "numpy")
        terms = numpy.array(self.terms, dtype=numpy.int64 if self._has_numbers() else numpy.str_)
        return terms, numpy.array(self.weights, dtype=numpy.float32)

    def to_scipy(self, width: int, vocabulary: Optional[Mapping[str, int]] = None) -> Any:
        """Returns a ``scipy.sparse`` CSR matrix of one row.

        Args:
            width: The number of columns.
            vocabulary: The column of each token; needed for a vector of tokens. Tokens that it lacks are left out.

        Raises:
            ValueError: A term has no column.
        """
        numpy = need("numpy", "numpy")
        sparse = need("scipy.sparse", "scipy")
        if self._has_numbers() or not self.terms:
            columns = [(int(term), weight) for term, weight in self.items()]
        elif vocabulary is None:
            raise ValueError("the terms are tokens: a vocabulary is needed that says the column of each")
        else:
            columns = [(vocabulary[str(term)], weight) for term, weight in self.items() if term in vocabulary]
        for column, _ in columns:
            if column >= width:
                raise ValueError(f"term {column} has no column; the width is {width}")
        indices = numpy.array([column for column, _ in columns], dtype=numpy.int64)
        data = numpy.array([weight for _, weight in columns], dtype=numpy.float32)
        return sparse.csr_matrix((data, indices, [0, len(columns)]), shape=(1, width))

    def _has_numbers(self) -> bool:
        return bool(self.terms) and isinstance(self.terms[0], int)


class Matrix(Protocol):
    """What matrices of scipy, torch and numpy have in common."""

    @property
    def shape(self) -> Any:
        """The number of rows and of columns; of columns only in one dimension."""

    @property
    def dtype(self) -> Any:
        """The type of the numbers."""


VectorLike = Union[SparseVector, Mapping[str, float], Mapping[int, float], Iterable[Tuple[Term, float]], Matrix]
"""What can be turned into a :class:`SparseVector`; see the description of this module."""


def vectors_of(matrix: Matrix, vocabulary: Optional[Sequence[str]] = None) -> Iterator[SparseVector]:
    """Returns the rows of a matrix as vectors, one after another.

    Args:
        matrix: A ``scipy.sparse`` matrix or array, a torch tensor (sparse or dense), or a numpy array. One dimension is one
            row. A column is a term; entries of 0 are left out.
        vocabulary: The token of each column. Without one, the terms are the numbers of the columns.

    Raises:
        TypeError: It is no matrix.
        ValueError: It has more than two dimensions, or a column that the vocabulary lacks.
    """
    for columns, weights in _rows(matrix):
        if vocabulary is None:
            yield SparseVector(tuple(columns), tuple(weights))
            continue
        if columns and max(columns) >= len(vocabulary):
            raise ValueError(f"column {max(columns)} has no token; the vocabulary has {len(vocabulary)}")
        yield SparseVector(tuple(vocabulary[column] for column in columns), tuple(weights))


def _is_matrix(value: Any) -> bool:
    return hasattr(value, "shape") and hasattr(value, "dtype")


def _rows(matrix: Any) -> Iterator[Tuple[Sequence[int], Sequence[float]]]:
    if not _is_matrix(matrix):
        raise TypeError(f"{type(matrix).__name__} is no matrix of scipy, torch or numpy")
    if type(matrix).__module__.partition(".")[0] == "torch":
        matrix = _torch_as_scipy_or_numpy(matrix)
    if len(matrix.shape) > 2:
        raise ValueError(f"the matrix has {len(matrix.shape)} dimensions; allowed: 1 or 2")
    if hasattr(matrix, "tocsr"):
        if len(matrix.shape) == 1:
            matrix = matrix.reshape(1, -1)
        # A copy, because summing equal columns and leaving out zeros would change what the caller gave.
        csr = matrix.tocsr(copy=True)
        csr.sum_duplicates()
        csr.eliminate_zeros()
        starts = csr.indptr.tolist()
        for start, end in zip(starts, starts[1:]):
            yield csr.indices[start:end].tolist(), csr.data[start:end].tolist()
        return
    numpy = need("numpy", "numpy")
    for row in numpy.atleast_2d(numpy.asarray(matrix)):
        columns = numpy.flatnonzero(row)
        yield columns.tolist(), row[columns].tolist()


def _torch_as_scipy_or_numpy(tensor: Any) -> Any:
    torch = need("torch", "sentence-transformers")
    tensor = tensor.detach().cpu()
    if tensor.dtype in (torch.bfloat16, torch.float16):
        tensor = tensor.to(torch.float32)
    if tensor.layout == torch.strided:
        return tensor.numpy()
    if tensor.dim() > 2:
        return tensor.to_dense().numpy()
    coo = tensor.to_sparse_coo().coalesce()
    if coo.dim() == 1:
        coo = coo.unsqueeze(0).coalesce()
    sparse = need("scipy.sparse", "scipy")
    rows, columns = coo.indices().numpy()
    return sparse.coo_matrix((coo.values().numpy(), (rows, columns)), shape=tuple(coo.shape))


def _plain(values: Iterable[Any]) -> Sequence[Any]:
    """Returns Python's own values, of an array of numpy or torch too."""
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _checked_terms(terms: Sequence[Any]) -> Union[Tuple[str, ...], Tuple[int, ...]]:
    if all(isinstance(term, str) for term in terms):
        return tuple(map(str, terms))
    numbers = []
    for term in terms:
        # A number of numpy is no int; a bool is one, and no term.
        number = term.item() if hasattr(term, "item") else term
        if not isinstance(number, int) or isinstance(number, bool):
            raise TypeError(f"{term!r} is no term; the terms of a vector are all tokens (str) or all numbers (int)")
        numbers.append(number)
    return tuple(numbers)
