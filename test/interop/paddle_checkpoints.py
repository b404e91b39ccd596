"""What PaddleClas and paddle.vision leave behind."""
import paddle
from checkpoints import Checkpoint
from networks.with_paddle import import_backbone, narrow

YAML = """Global:
  output_dir: ./output/
  image_shape: [3, 224, 224]
Arch:
  name: {name}
  class_num: {classes}
DataLoader:
  Eval:
    dataset:
      name: ImageNetDataset
      transform_ops:
        - DecodeImage: {{ to_rgb: True, channel_first: False }}
        - ResizeImage: {{ resize_short: 256 }}
        - CropImage: {{ size: 224 }}
        - NormalizeImage: {{ scale: 1.0/255.0, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], order: '' }}
"""
DIVISOR = 4


def clas(name):
    return lambda: getattr(narrow(import_backbone("legendary_models.resnet"), DIVISOR), name)(class_num=37)


def narrow_vc():
    network = narrow(import_backbone("model_zoo.resnet_vc"), DIVISOR).ResNet_vc(layers=50, class_num=37)
    network.pool2d_avg_channels //= DIVISOR
    return network


def full(name):
    return lambda: getattr(import_backbone("legendary_models.resnet"), name)()


def vision(name, **options):
    return lambda: getattr(paddle.vision.models, name)(num_classes=37, **options)


def prefixed(prefix, state):
    return {f"{prefix}{name}": tensor for name, tensor in state.items()}


def random_like(state):
    return {name: paddle.randn(tensor.shape) for name, tensor in state.items()}


def state(name, of=lambda state: state, architecture=None, **options):
    def save(model, folder):
        paddle.save(of(model.state_dict()), str(folder / name), **options)
        if architecture:
            (folder / f"{architecture}.yaml").write_text(YAML.format(name=architecture, classes=37))
        return name

    return save


def recognition(state):
    """RecModel's names: `backbone.` and `head.`, from those of its backbone."""
    return {(f"head.{name}" if name.startswith("fc.") else f"backbone.{name}"): tensor for name, tensor in state.items()}


CHECKPOINTS = {
    "paddleclas_resnet50_vd_full": Checkpoint(full("ResNet50_vd"), state("ResNet50_vd_pretrained.pdparams"), sides=(224,)),
    "paddleclas_resnet50_vd_yaml": Checkpoint(
        clas("ResNet50_vd"), state("best_model.pdparams", architecture="ResNet50_vd"), spec=("ResNet50_vd.yaml",)
    ),
    "paddleclas_resnet18": Checkpoint(clas("ResNet18"), state("ResNet18.pdparams")),
    "paddleclas_resnet34_vd_ema": Checkpoint(clas("ResNet34_vd"), state("latest.pdema")),
    "paddleclas_resnet101": Checkpoint(clas("ResNet101"), state("epoch_1.pdparams", protocol=2)),
    "paddleclas_wrapped": Checkpoint(clas("ResNet18_vd"), state("wrapped.pdparams", lambda s: {"model": s, "epoch": 3})),
    "paddleclas_safetensors": Checkpoint(clas("ResNet18_vd"), state("weights.safetensors", safetensors=True)),
    "paddleclas_distilled": Checkpoint(
        clas("ResNet50_vd"), state("distilled.pdparams", lambda s: {**prefixed("Teacher.", random_like(s)), **prefixed("Student.", s)})
    ),
    "paddleclas_recognition": Checkpoint(clas("ResNet50"), state("rec.pdparams", recognition)),
    "paddleclas_resnet50_vc": Checkpoint(narrow_vc, state("ResNet50_vc_pretrained.pdparams")),
    "paddle_vision_resnet18": Checkpoint(vision("resnet18"), state("resnet18.pdparams")),
    "paddle_vision_resnet34": Checkpoint(vision("resnet34"), state("final.pdparams", lambda s: prefixed("network.", s))),
    "paddle_vision_resnet50": Checkpoint(vision("resnet50"), state("resnet50.pdparams"), sides=(96, 99)),
    "paddle_vision_wide": Checkpoint(vision("wide_resnet50_2"), state("wide_resnet50_2.pdparams")),
    "paddle_vision_resnext50": Checkpoint(vision("resnext50_32x4d"), state("resnext.pdparams")),
    "paddle_vision_headless": Checkpoint(
        lambda: paddle.vision.models.resnet18(num_classes=0), state("backbone.pdparams"), refused="no linear layer"
    ),
    "paddle_vision_mobilenet": Checkpoint(lambda: paddle.vision.models.mobilenet_v2(), state("mobilenet.pdparams"), refused="no scheme"),
    "paddleclas_se_resnet18_vd": Checkpoint(lambda: import_backbone("model_zoo.se_resnet_vd").SE_ResNet18_vd(), state("se.pdparams")),
    "paddleclas_resnext50": Checkpoint(lambda: import_backbone("model_zoo.resnext").ResNeXt50_32x4d(), state("resnext.pdparams")),
    "paddleclas_resnext50_vd": Checkpoint(lambda: import_backbone("model_zoo.resnext_vd").ResNeXt50_vd_32x4d(), state("resnext_vd.pdparams")),
    "paddleclas_res2net50": Checkpoint(lambda: import_backbone("model_zoo.res2net").Res2Net50_26w_4s(), state("res2net.pdparams")),
}
