import random

import pytest

from siskin_client import SparseVector, vectors_of

numpy = pytest.importorskip("numpy", reason="needs numpy")
sparse = pytest.importorskip("scipy.sparse", reason="needs scipy")


def as_dict(value):
    return SparseVector.of(value).to_dict()


def test_all_forms_of_one_vector_are_equal():
    wanted = {3: 0.5, 7: 2.0}
    row = [0, 0, 0, 0.5, 0, 0, 0, 2.0]
    assert as_dict(wanted) == wanted
    assert as_dict(SparseVector((3, 7), (0.5, 2.0))) == wanted
    assert as_dict([(3, 0.5), (7, 2.0)]) == wanted
    assert as_dict(((3, 0.5), (7, 2.0))) == wanted
    assert as_dict(iter([(3, 0.5), (7, 2.0)])) == wanted
    assert as_dict(numpy.array(row, dtype=numpy.float32)) == wanted
    assert as_dict(numpy.array([row])) == wanted
    assert as_dict(sparse.csr_matrix([row])) == wanted
    assert as_dict(sparse.coo_array(numpy.array([row]))) == wanted
    assert SparseVector.from_arrays(numpy.array([3, 7]), numpy.array([0.5, 2.0])).to_dict() == wanted
    assert as_dict({numpy.int64(3): numpy.float32(0.5), numpy.uint32(7): 2}) == wanted


def test_torch_tensors_of_every_layout():
    torch = pytest.importorskip("torch", reason="needs torch")
    row = torch.tensor([0, 0, 0, 0.5, 0, 0, 0, 2.0])
    wanted = {3: 0.5, 7: 2.0}
    for tensor in (row, row[None], row.to_sparse(), row[None].to_sparse(), row[None].to_sparse_csr()):
        assert as_dict(tensor) == wanted
    assert as_dict(row.to(torch.bfloat16)) == wanted
    assert as_dict(row.clone().requires_grad_()) == wanted


def test_tokens_stay_tokens():
    vector = SparseVector.of({"moth": 1, "lamp": 0.5})
    assert vector.terms == ("moth", "lamp")
    assert vector.weights == (1.0, 0.5)
    assert len(SparseVector.of({})) == 0


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        ("moth", TypeError, "str is no sparse vector"),
        (3, TypeError, "int is no sparse vector"),
        ([("moth", 1.0), (3, 1.0)], TypeError, "'moth' is no term"),
        ({True: 1.0}, TypeError, "True is no term"),
        (["moth"], TypeError, "'moth' is no pair"),
        ([("moth",)], TypeError, "is no pair"),
        ({"moth": "heavy"}, ValueError, "heavy"),
        (numpy.zeros((2, 3)), ValueError, "2 rows"),
        (numpy.zeros((1, 2, 3)), ValueError, "3 dimensions"),
    ],
)
def test_what_is_no_vector_is_named(value, error, words):
    with pytest.raises(error, match=words):
        SparseVector.of(value)


def test_as_many_weights_as_terms():
    with pytest.raises(ValueError, match="2 terms and 1 weights"):
        SparseVector(("a", "b"), (1.0,))


def test_a_matrix_equals_its_rows_one_by_one(seed):
    chance = random.Random(seed)
    for _ in range(30):
        rows, columns = chance.randrange(0, 6), chance.randrange(1, 9)
        dense = numpy.array(
            [[chance.choice([0, 0, 0.25, 1.5, 3]) for _ in range(columns)] for _ in range(rows)], dtype=numpy.float32
        ).reshape(rows, columns)
        wanted = [{c: float(w) for c, w in enumerate(row) if w} for row in dense]
        before = sparse.csr_matrix(dense)
        assert [vector.to_dict() for vector in vectors_of(dense)] == wanted
        assert [vector.to_dict() for vector in vectors_of(before)] == wanted
        assert [vector.to_dict() for vector in vectors_of(before.tocsc())] == wanted
        vocabulary = [f"t{column}" for column in range(columns)]
        named = [{f"t{c}": w for c, w in row.items()} for row in wanted]
        assert [vector.to_dict() for vector in vectors_of(before, vocabulary)] == named


def test_equal_columns_are_summed_and_the_matrix_stays_as_it_is():
    matrix = sparse.csr_matrix((numpy.array([1.0, 2.0, 0.0]), numpy.array([1, 1, 0]), [0, 3]), shape=(1, 2))
    assert as_dict(matrix) == {1: 3.0}
    assert matrix.nnz == 3


def test_a_vocabulary_that_is_too_short_is_named():
    with pytest.raises(ValueError, match="column 2 has no token; the vocabulary has 2"):
        list(vectors_of(numpy.array([0, 0, 1.0]), ["a", "b"]))


def test_out_to_numpy_and_scipy():
    terms, weights = SparseVector((3, 7), (0.5, 2.0)).to_numpy()
    assert terms.tolist() == [3, 7] and weights.dtype == numpy.float32
    assert SparseVector((3, 7), (0.5, 2.0)).to_scipy(8).toarray().tolist() == [[0, 0, 0, 0.5, 0, 0, 0, 2.0]]
    tokens = SparseVector(("a", "b"), (1.0, 2.0))
    assert tokens.to_scipy(2, {"b": 1}).toarray().tolist() == [[0, 2.0]]
    assert tokens.to_numpy()[0].tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="term 7 has no column; the width is 7"):
        SparseVector((7,), (1.0,)).to_scipy(7)
    with pytest.raises(ValueError, match="a vocabulary is needed"):
        tokens.to_scipy(2)
