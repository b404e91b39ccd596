"""What torchvision, timm and transformers leave behind, and what trainers make of it."""
import argparse
from pathlib import Path

import timm
import torch
import torchvision
import transformers
from checkpoints import Checkpoint
from networks.with_torch import CifarResNet, NarrowTorchvisionResNet
from safetensors.torch import save_file
from timm.models import save_for_hf
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck

WIDTHS = (16, 24, 32, 48)


# Networks


def tv(block=BasicBlock, blocks=(2, 2, 2, 2), classes=37):
    return NarrowTorchvisionResNet(block, blocks, WIDTHS, classes)


def narrow_timm(name, **options):
    return timm.create_model(name, **{"channels": WIDTHS, "stem_width": 16, "num_classes": 37, **options})


class Answer(nn.Module):
    """A transformers network that answers with its logits."""

    def __init__(self, **options):
        super().__init__()
        labels = {index: f"pet {index}" for index in range(37)}
        sizes = {"embedding_size": 16, "hidden_sizes": [16, 24, 32, 48], "depths": [2, 2, 2, 2]}
        config = transformers.ResNetConfig(**{**sizes, "id2label": labels, **options})
        self.inner = transformers.ResNetForImageClassification(config)

    def forward(self, x):
        return self.inner(x).logits


def with_head(model, head):
    model.fc = head
    return model


def for_cifar(model):
    """The usual change for small pictures."""
    model.conv1 = nn.Conv2d(3, WIDTHS[0], 3, padding=1, bias=False)
    model.maxpool = nn.Identity()
    return model


class Split(nn.Module):
    """Layers of a torchvision network in a Sequential, and a classifier beside it, as courses teach it."""

    def __init__(self, model):
        super().__init__()
        self.features = nn.Sequential(*list(model.children())[:-1])
        self.classifier = nn.Linear(model.fc.in_features, model.fc.out_features)

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


def sequential(model, *head):
    """Body and head in a Sequential of two, as fastai has them."""
    return nn.Sequential(nn.Sequential(*list(model.children())[:-2]), nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), *head))


def six_channels(model):
    model.conv1 = nn.Conv2d(6, WIDTHS[0], 7, stride=2, padding=3, bias=False)
    return model


# Files


def state(of=lambda state: state, name="model.pth", **options):
    def save(model, folder):
        torch.save(of(model.state_dict()), folder / name, **options)
        return name

    return save


def prefixed(prefix, state):
    return {f"{prefix}{name}": tensor for name, tensor in state.items()}


def renamed(*changes):
    def rename(name):
        for old, new in changes:
            if name.startswith(old):
                return new + name[len(old) :]
        return name

    return lambda state: {rename(name): tensor for name, tensor in state.items()}


def random_like(state):
    """Another network of the same shapes: a teacher, an earlier epoch."""
    return {name: torch.randn_like(t) if t.is_floating_point() else t for name, t in state.items()}


def imagenet_example(state):
    """pytorch/examples imagenet main.py, under DataParallel."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(3))], 0.1, momentum=0.9).state_dict()
    best = torch.tensor(71.5)
    return {"epoch": 90, "arch": "resnet18", "state_dict": prefixed("module.", state), "best_acc1": best, "optimizer": optimizer}


def lightning(state, prefix="net."):
    return {
        "epoch": 4,
        "global_step": 500,
        "pytorch-lightning_version": "2.4.0",
        "state_dict": {**prefixed(prefix, state), "criterion.weight": torch.ones(37), "train_acc.confmat": torch.zeros(37, 37)},
        "callbacks": {"ModelCheckpoint{'monitor': None}": {"best_model_path": "last.ckpt"}},
        "optimizer_states": [],
        "hyper_parameters": argparse.Namespace(lr=0.1),
    }


def timm_trainer(state, ema=None):
    """timm's utils/checkpoint_saver.py."""
    return {
        "epoch": 3,
        "arch": "resnet26d",
        "state_dict": random_like(state) if ema else state,
        "version": 2,
        "args": argparse.Namespace(model="resnet26d", lr=0.1),
        "amp_scaler": {"scale": 65536.0},
        "state_dict_ema": state if ema else random_like(state),
        "metric": 71.5,
    }


def mmpretrain(state):
    """ResNetV1d's names, from those of timm: mmpretrain is not installed here."""
    stem = [("conv1.", "backbone.stem."), ("bn1.", "backbone.stem.7."), ("layer", "backbone.layer"), ("fc.", "head.fc.")]
    names = renamed(*stem)(state)
    return {"meta": {"epoch": 100}, "state_dict": {"data_preprocessor.mean": torch.zeros(3, 1, 1), **names}, "message_hub": {}}


def nvidia(state):
    """DeepLearningExamples' names, from torchvision's: the examples are no package."""
    names = renamed(*((f"layer{stage}.", f"layers.{stage - 1}.") for stage in range(1, 5)))(state)
    return {"epoch": 250, "arch": "resnet50", "state_dict": prefixed("module.", names), "best_prec1": 78.4}


def cifar100(state):
    """weiaicunzai/pytorch-cifar100's names, from torchvision's with a small stem."""
    places = {"conv1.": "residual_function.0.", "bn1.": "residual_function.1.", "conv2.": "residual_function.3."}
    places |= {"bn2.": "residual_function.4.", "downsample.": "shortcut."}
    changes = [("conv1.", "conv1.0."), ("bn1.", "conv1.1.")]
    changes += [
        (f"layer{stage}.{block}.{old}", f"conv{stage + 1}_x.{block}.{new}")
        for stage in range(1, 5)
        for block in range(3)
        for old, new in places.items()
    ]
    return renamed(*changes)(state)


def whole(model, folder):
    torch.save(model, folder / "whole.pt")
    return "whole.pt"


def traced(model, folder):
    torch.jit.trace(model.eval(), torch.zeros(1, 3, 64, 64)).save(folder / "traced.pt")
    return "traced.pt"


def exported(model, folder):
    torch.export.save(torch.export.export(model.eval(), (torch.zeros(1, 3, 64, 64),)), folder / "program.pt2")
    return "program.pt2"


def safe(of=lambda state: state):
    def save(model, folder):
        tensors = {name: tensor.contiguous() for name, tensor in of(model.state_dict()).items()}
        save_file(tensors, folder / "weights.safetensors", metadata={"format": "pt"})
        return "weights.safetensors"

    return save


def rounded(dtype):
    def save(model, folder):
        name = safe()(model.to(dtype), folder)
        # The logits are those of the rounded numbers.
        model.float()
        return name

    return save


def described(**metadata):
    """safetensors with what a trainer says of them."""

    def save(model, folder):
        save_file(model.state_dict(), folder / "weights.safetensors", metadata={"format": "pt", **metadata})
        return "weights.safetensors"

    return save


def mixin_folder(model, folder):
    """huggingface_hub's PyTorchModelHubMixin: weights, and the arguments of a class that only its author has."""
    save_file(prefixed("net.", model.state_dict()), folder / "model.safetensors")
    (folder / "config.json").write_text('{"backbone": "resnet18", "dropout": 0.1, "num_classes": 37}')
    return "."


def hub_folder(model, folder):
    save_for_hf(model, folder, safe_serialization=True)
    return "."


def transformers_folder(processor=None):
    def save(model, folder):
        model.inner.save_pretrained(folder)
        if processor:
            processor.save_pretrained(folder)
        return "."

    return save


def inner(of=lambda state: state):
    def save(model, folder):
        torch.save(of(model.inner.state_dict()), folder / "pytorch_model.bin")
        return "pytorch_model.bin"

    return save


def named_parameters(model, folder):
    torch.save(dict(model.named_parameters()), folder / "parameters.pth")
    return "parameters.pth"


def bare_processor():
    config = '{"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 64}, "crop_pct": 0.875, "resample": 3}'
    return type("Processor", (), {"save_pretrained": lambda self, folder: Path(folder, "preprocessor_config.json").write_text(config)})()


GOOD = {
    "torchvision_resnet18": Checkpoint(lambda: torchvision.models.resnet18(), state(name="resnet18.pth")),
    "torchvision_resnet50_full": Checkpoint(lambda: torchvision.models.resnet50(), state(name="resnet50-0676ba61.pth"), sides=(224,)),
    "torchvision_resnet34_parallel": Checkpoint(lambda: tv(blocks=(3, 4, 6, 3)), state(imagenet_example, "model_best.pth.tar")),
    "torchvision_resnet50_lightning": Checkpoint(lambda: tv(Bottleneck, (3, 4, 6, 3)), state(lightning, "last.ckpt")),
    "torchvision_resnet50_compiled": Checkpoint(
        lambda: tv(Bottleneck, (3, 4, 6, 3)), state(lambda s: {"model": prefixed("_orig_mod.", s), "epoch": 1})
    ),
    "torchvision_resnet101_fp16": Checkpoint(lambda: tv(Bottleneck, (3, 4, 23, 3)), rounded(torch.float16)),
    "torchvision_resnet34_bf16": Checkpoint(lambda: tv(blocks=(3, 4, 6, 3)), rounded(torch.bfloat16)),
    "torchvision_channels_last": Checkpoint(lambda: tv().to(memory_format=torch.channels_last), state()),
    "torchvision_six_channels": Checkpoint(lambda: six_channels(tv()), state(), channels=6),
    "torchvision_body_and_head": Checkpoint(
        lambda: sequential(tv(), nn.Dropout(), nn.Linear(48, 37, bias=False)), state(lambda s: {"model": s, "opt": {"state": [], "hypers": []}})
    ),
    "torchvision_two_prefixes": Checkpoint(
        tv, state(lambda s: lightning(renamed(("fc.", "head."), ("", "backbone."))(s), ""), "epoch=3-step=500.ckpt")
    ),
    "torchvision_averaged": Checkpoint(
        tv, state(lambda s: {"n_averaged": torch.tensor(3), **prefixed("module.module.", s)}, "swa_model.pt")
    ),
    "torchvision_mixin_folder": Checkpoint(tv, mixin_folder),
    "torchvision_wide_resnet50_2": Checkpoint(
        lambda: torchvision.models.ResNet(Bottleneck, [1, 1, 1, 1], width_per_group=128, num_classes=37), state(name="wide.pth")
    ),
    "torchvision_dropout_head": Checkpoint(
        lambda: with_head(tv(), nn.Sequential(nn.Dropout(0.5), nn.Linear(48, 37))), state(name="pets.pt")
    ),
    "torchvision_log_softmax_head": Checkpoint(
        lambda: with_head(tv(), nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(48, 5))), state(name="best_model.pth")
    ),
    "torchvision_no_bias": Checkpoint(lambda: with_head(tv(), nn.Linear(48, 37, bias=False)), state(name="nobias.pth")),
    "torchvision_legacy": Checkpoint(tv, state(name="legacy.pth", _use_new_zipfile_serialization=False)),
    "torchvision_whole_module": Checkpoint(tv, whole),
    "torchvision_traced": Checkpoint(tv, traced),
    "torchvision_exported": Checkpoint(tv, exported),
    "torchvision_student_teacher": Checkpoint(
        tv, state(lambda s: {**prefixed("teacher.", random_like(s)), **prefixed("student.", s)}, "distilled.pth")
    ),
    "torchvision_moco": Checkpoint(
        lambda: tv(Bottleneck, (3, 4, 6, 3), classes=128),
        state(
            lambda s: {
                "arch": "resnet50",
                "state_dict": {
                    **prefixed("module.encoder_q.", s),
                    **prefixed("module.encoder_k.", random_like(s)),
                    "module.queue": torch.zeros(128, 64),
                    "module.queue_ptr": torch.zeros(1, dtype=torch.long),
                },
            },
            "moco.pth.tar",
        ),
    ),
    "torchvision_sequential": Checkpoint(lambda: Split(tv()), state(name="split.pth")),
    "torchvision_small_stem": Checkpoint(lambda: for_cifar(tv(classes=10)), state(lambda s: {"net": s, "acc": 95.1, "epoch": 199}, "ckpt.pth"), sides=(32, 35)),
    "torchvision_ignite": Checkpoint(lambda: tv(), state(lambda s: {"trainer": {"iteration": 5}, "model": prefixed("resnet.", s)}, "ignite.pt")),
    "timm_resnet18_trainer": Checkpoint(lambda: narrow_timm("resnet18"), state(timm_trainer, "model_best.pth.tar")),
    "timm_resnet26d_ema": Checkpoint(
        lambda: narrow_timm("resnet26d"),
        state(lambda s: timm_trainer(s, ema=True), "last.pth.tar"),
        arguments=("--weights-key", "state_dict_ema"),
    ),
    "timm_resnet50d_folder": Checkpoint(lambda: narrow_timm("resnet50d"), hub_folder, spec=("config.json",)),
    "timm_resnet50_full_folder": Checkpoint(lambda: timm.create_model("resnet50"), hub_folder, sides=(224,), spec=("config.json",)),
    "timm_resnet50d_metadata": Checkpoint(
        lambda: narrow_timm("resnet50d"), described(architecture="resnet50d", input_size="[3, 64, 64]", crop_pct="0.9"), spec=("# the metadata of weights.safetensors",)
    ),
    "timm_resnet18d": Checkpoint(lambda: narrow_timm("resnet18d"), safe()),
    "timm_resnet34_gray": Checkpoint(lambda: narrow_timm("resnet34", in_chans=1), safe(), channels=1),
    "timm_resnet50c": Checkpoint(lambda: narrow_timm("resnet50c"), safe()),
    "timm_resnet50t": Checkpoint(lambda: timm.create_model("resnet14t", num_classes=37), safe()),
    "timm_resnet50s": Checkpoint(lambda: narrow_timm("resnet50s", stem_width=24), safe()),
    "timm_wide_resnet50_2": Checkpoint(lambda: narrow_timm("wide_resnet50_2"), safe()),
    "timm_one_class": Checkpoint(lambda: narrow_timm("resnet26", num_classes=1), state(lambda s: lightning(s, "model.timm_model."), "one.ckpt")),
    "transformers_basic_folder": Checkpoint(
        lambda: Answer(layer_type="basic"), transformers_folder(bare_processor()), spec=("config.json", "labels")
    ),
    "transformers_bottleneck_folder": Checkpoint(lambda: Answer(layer_type="bottleneck", depths=[3, 4, 6, 3]), transformers_folder(bare_processor())),
    "transformers_stride_in_conv1": Checkpoint(
        lambda: Answer(layer_type="bottleneck", downsample_in_bottleneck=True), transformers_folder(), spec=("conv1",)
    ),
    "transformers_bare": Checkpoint(lambda: Answer(layer_type="bottleneck"), inner()),
    "transformers_trainer": Checkpoint(lambda: Answer(layer_type="bottleneck"), inner(lambda s: prefixed("model.", s))),
    # What follows is no package's: the names are made from others.
    "renamed_mmpretrain_v1d": Checkpoint(lambda: narrow_timm("resnet50d"), state(mmpretrain, "epoch_100.pth")),
    "renamed_nvidia": Checkpoint(lambda: tv(Bottleneck, (3, 4, 6, 3)), state(nvidia, "checkpoint.pth.tar")),
    "renamed_akamaster": Checkpoint(
        lambda: CifarResNet((3, 3, 3), (16, 32, 64), 10), state(lambda s: {"state_dict": prefixed("module.", s), "best_prec1": 91.7}, "resnet20.th"), sides=(32, 35)
    ),
    "renamed_cifar100": Checkpoint(lambda: for_cifar(tv(blocks=(3, 3, 3, 3))), state(cifar100, "resnet-200-best.pth"), sides=(32, 35)),
}


def refused(make, save, text):
    return Checkpoint(make, save, refused=text)


BAD = {
    "torchvision_faster_rcnn": refused(
        lambda: torchvision.models.detection.fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None, num_classes=3), state(), "no linear layer"
    ),
    "torchvision_deeplab": refused(
        lambda: torchvision.models.segmentation.fcn_resnet50(weights=None, weights_backbone=None, num_classes=3), state(), "convolutions"
    ),
    "torchvision_two_layers": refused(
        lambda: with_head(tv(), nn.Sequential(nn.Linear(48, 32), nn.ReLU(), nn.Linear(32, 37))), state(), "more than one layer"
    ),
    "torchvision_fastai": refused(
        lambda: sequential(
            tv(), nn.BatchNorm1d(48), nn.Dropout(), nn.Linear(48, 32, bias=False), nn.ReLU(), nn.BatchNorm1d(32), nn.Dropout(), nn.Linear(32, 37, bias=False)
        ),
        state(lambda s: {"model": s}),
        "more than one layer",
    ),
    "torchvision_densenet121": refused(lambda: torchvision.models.densenet121(), state(), "no scheme"),
    "torchvision_named_parameters": refused(lambda: tv(), named_parameters, "no running statistics"),
    "torchvision_quantised": refused(lambda: torchvision.models.quantization.resnet18(quantize=True), state(), "quantised"),
    "timm_headless": refused(lambda: narrow_timm("resnet50", num_classes=0), safe(), "no linear layer"),
    "timm_vit_tiny": refused(lambda: timm.create_model("vit_tiny_patch16_224"), safe(), "no scheme"),
    "timm_resnetv2": refused(lambda: timm.create_model("resnetv2_50"), safe(), "no scheme"),
    "transformers_backbone": refused(lambda: Answer(), lambda m, f: m.inner.resnet.save_pretrained(f) or ".", "no linear layer"),
    "transformers_convnext": refused(
        lambda: transformers.ConvNextForImageClassification(transformers.ConvNextConfig(depths=[1, 1, 1, 1], hidden_sizes=[8, 16, 24, 32])),
        lambda m, f: m.save_pretrained(f) or ".",
        "no scheme",
    ),
}

RELATIVES = {
    "torchvision_resnext50_32x4d": Checkpoint(lambda: torchvision.models.resnext50_32x4d(), state()),
    "timm_seresnet50": Checkpoint(lambda: narrow_timm("seresnet50"), safe()),
    "timm_ecaresnet50d": Checkpoint(lambda: narrow_timm("ecaresnet50d"), safe()),
    "timm_res2net50_26w_4s": Checkpoint(lambda: timm.create_model("res2net50_26w_4s"), safe()),
    "timm_resnest50d": Checkpoint(lambda: timm.create_model("resnest50d"), safe()),
    "timm_skresnet18": Checkpoint(lambda: timm.create_model("skresnet18"), safe()),
    "timm_resnetrs50": Checkpoint(lambda: timm.create_model("resnetrs50"), safe()),
    "timm_resnet50_gn": Checkpoint(lambda: timm.create_model("resnet50_gn"), safe(), spec=("running statistics",)),
    # The names and shapes of resnet50d and resnet50, and other numbers: the configuration tells them.
    "timm_resnetaa50d": Checkpoint(lambda: narrow_timm("resnetaa50d"), hub_folder, sides=(64, 96)),
    "timm_resnetblur50": Checkpoint(lambda: narrow_timm("resnetblur50"), hub_folder),
}

# The names and shapes of resnet50, and other numbers.
DOUBTFUL = {
    "timm_silu": Checkpoint(lambda: narrow_timm("resnet50", act_layer=nn.SiLU), state(name="resnet50_silu.pth"), warned="another activation"),
}

CHECKPOINTS = {**GOOD, **RELATIVES, **BAD, **DOUBTFUL}
