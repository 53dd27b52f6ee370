#!/usr/bin/env python3
"""Makes folders as sentence-transformers saves them, from tiny models with random weights.

    make-folders.py OUT [NAME ...]
    make-folders.py --golden OUT

Each folder OUT/NAME is saved by the real library, with a real ONNX export. Beside it, OUT/NAME.jsonl
has what the library makes of some texts: one JSON object a line, with the side, the text, and the
weight of each token of the vocabulary that has one. Without names, all folders are made. All have
the same model. With --golden, the folders are made that the tests of the server keep: without what
no import reads, and with the export in the folder "splade" only, of which the others are copies.

It needs sentence-transformers[onnx], 5.4 or newer. It reaches for no hub.
"""

import json
import os
import shutil
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"

import onnx
import torch
from optimum.onnxruntime import ORTModelForMaskedLM
from sentence_transformers import SparseEncoder
from sentence_transformers.base.modules import Router, Transformer
from sentence_transformers.sparse_encoder.modules import SparseStaticEmbedding, SpladePooling
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = """a an and are at by for in is of on the to what which who moth moths lamp lamps wing wings
insect insects bird birds night light scale scales fly flies query passage : . , ? ! ' - ##s ##es
##ing ##ed ##er ##ly ##e ##n""".split()
LETTERS = list("bcdefghijklmnopqrstuvwxyz0123456789") + [f"##{c}" for c in "abcdfghijklmopqrtuvwxyz"]
POSITIONS = 40
TEXTS = [
    "Moths fly to the lamp at night.",
    "What is a moth?",
    "INSECTS: birds, wings and scales!",
    "a a a a moth",
    "unknown w0rds zzz are spelt by letters",
    "Lämpchen und Flügel, müde",
    "夜の蛾 🦋 light",
    "the wing's scales - is it a bird?",
    "one very long text of moths and lamps and birds and insects " * 6,
    "flies",
    "[MASK] moth [SEP] lamp",
]


def tokenizer(lower_case=True):
    terms = SPECIAL + WORDS + LETTERS
    cut = Tokenizer(WordPiece({t: i for i, t in enumerate(terms)}, unk_token="[UNK]"))
    cut.normalizer = BertNormalizer(lowercase=lower_case)
    cut.pre_tokenizer = BertPreTokenizer()
    cut.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return PreTrainedTokenizerFast(
        tokenizer_object=cut, model_max_length=POSITIONS, unk_token="[UNK]", pad_token="[PAD]",
        cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"])


def masked_model(folder, cut):
    """Saves a BERT with one layer of 16 units, whose logits are large enough to be told apart."""
    torch.manual_seed(1)
    model = BertForMaskedLM(BertConfig(
        vocab_size=len(cut), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=POSITIONS, initializer_range=0.5)).eval()
    with torch.no_grad():
        model.cls.predictions.bias.normal_(-2.5, 0.5)
    model.save_pretrained(folder)
    cut.save_pretrained(folder)
    return str(folder)


class Folders:
    def __init__(self, out):
        self.out = out
        self.scratch = out / ".scratch"

    def base(self, lower_case=True):
        return masked_model(self.scratch / f"base-{lower_case}", tokenizer(lower_case))

    def export(self, name, modules, prompts=None, **options):
        """Saves modules, opens them with their ONNX export, and saves that."""
        encoder = SparseEncoder(modules=modules, prompts=prompts, device="cpu", **options)
        torch_folder = self.scratch / name
        encoder.save_pretrained(str(torch_folder))
        exported = SparseEncoder(str(torch_folder), backend="onnx", device="cpu")
        exported.save_pretrained(str(self.out / name))
        self.references(name, encoder)

    def references(self, name, encoder):
        with open(self.out / f"{name}.jsonl", "w", encoding="utf-8") as lines:
            for side in ("document", "query"):
                encode = encoder.encode_query if side == "query" else encoder.encode_document
                for text in TEXTS:
                    row = encode([text], convert_to_sparse_tensor=False)[0]
                    tokens = encoder.tokenizer.convert_ids_to_tokens(range(row.shape[0]))
                    vector = {t: round(w, 5) for t, w in zip(tokens, row.tolist()) if w != 0}
                    line = {"side": side, "text": text, "vector": vector}
                    lines.write(json.dumps(line, ensure_ascii=False) + "\n")

    def transformer(self):
        return Transformer(self.base(), transformer_task="fill-mask")

    def splade(self):
        """One model for documents and queries, with prompts."""
        self.export("splade", [self.transformer(), SpladePooling("max")],
                    prompts={"query": "query: ", "document": "passage: "})

    def sum_pooling(self):
        """SPLADE v1 with the activation of the l0 models, short texts, and lower case."""
        transformer = Transformer(self.base(lower_case=False), transformer_task="fill-mask",
                                  max_seq_length=24, do_lower_case=True)
        self.export("sum_pooling", [transformer, SpladePooling("sum", "log1p_relu")])

    def inference_free(self):
        """Documents by a model, queries by the weights of their tokens."""
        document = self.transformer()
        torch.manual_seed(3)
        weights = torch.rand(len(document.tokenizer)) * 5
        weights[::7] = 0
        static = SparseStaticEmbedding(document.tokenizer, weight=weights, frozen=True)
        router = Router.for_query_document(
            query_modules=[static], document_modules=[document, SpladePooling("max", "log1p_relu")])
        self.export("inference_free", [router], similarity_fn_name="dot")

    def two_models(self):
        """A model for documents and another one, with another pooling, for queries."""
        router = Router.for_query_document(
            query_modules=[self.transformer(), SpladePooling("max")],
            document_modules=[self.transformer(), SpladePooling("sum")])
        self.export("two_models", [router], prompts={"query": "query: "})

    def plain(self):
        """A folder of transformers without modules.json, as text-embeddings-inference takes it."""
        base, out = self.base(), self.out / "plain"
        shutil.copytree(base, out, dirs_exist_ok=True)
        ORTModelForMaskedLM.from_pretrained(base, export=True).save_pretrained(out)
        self.references("plain", SparseEncoder(base, device="cpu"))

    def external_data(self):
        """Like splade, with the weights of the graph in a file of their own."""
        self.export("external_data", [self.transformer(), SpladePooling("max")])
        file = self.out / "external_data/onnx/model.onnx"
        onnx.save(onnx.load(file), file, save_as_external_data=True, location="model.onnx_data",
                  size_threshold=0)


    def strip(self):
        """Leaves what the tests of the server keep."""
        for name in ("README.md", "special_tokens_map.json"):
            for file in self.out.rglob(name):
                file.unlink()
        first = self.out / "splade/onnx/model.onnx"
        for file in self.out.rglob("*.onnx"):
            if file != first:
                assert file.read_bytes() == first.read_bytes(), file
                file.unlink()
        for folder in self.out.rglob("onnx"):
            if not any(folder.iterdir()):
                folder.rmdir()


FORMS = ["splade", "sum_pooling", "inference_free", "two_models", "plain", "external_data"]


GOLDEN = ["splade", "sum_pooling", "inference_free", "two_models"]


def main():
    golden = sys.argv[1] == "--golden"
    out = Path(sys.argv[2 if golden else 1])
    out.mkdir(parents=True, exist_ok=True)
    folders = Folders(out)
    for form in GOLDEN if golden else sys.argv[2:] or FORMS:
        getattr(folders, form)()
    shutil.rmtree(folders.scratch)
    if golden:
        folders.strip()


if __name__ == "__main__":
    main()
