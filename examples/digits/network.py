"""ResNet-D in the names of timm's: deep stem, basic blocks, shortcuts that pool before they project."""
from torch import nn


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = conv(inputs, width, 3, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, 3)
        self.bn2 = nn.BatchNorm2d(width)
        self.act = nn.ReLU()
        self.downsample = None
        if stride != 1 or inputs != width:
            pool = nn.AvgPool2d(2, stride, ceil_mode=True, count_include_pad=False)
            self.downsample = nn.Sequential(
                pool if stride != 1 else nn.Identity(), conv(inputs, width, 1), nn.BatchNorm2d(width)
            )

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        x = self.act(self.bn1(self.conv1(x)))
        return self.act(self.bn2(self.conv2(x)) + shortcut)


class ResNetD(nn.Module):
    def __init__(self, channels, classes, stages, widths):
        super().__init__()
        half = widths[0] // 2
        self.conv1 = nn.Sequential(
            conv(channels, half, 3, 2), nn.BatchNorm2d(half), nn.ReLU(),
            conv(half, half, 3), nn.BatchNorm2d(half), nn.ReLU(),
            conv(half, widths[0], 3),
        )
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.act1 = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = widths[0]
        self.layers = []
        for stage, (blocks, width) in enumerate(zip(stages, widths)):
            strides = [1 if stage == 0 else 2] + [1] * (blocks - 1)
            layer = nn.Sequential(*(BasicBlock(width if i else inputs, width, s) for i, s in enumerate(strides)))
            setattr(self, f"layer{stage + 1}", layer)
            self.layers.append(layer)
            inputs = width
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.maxpool(self.act1(self.bn1(self.conv1(x))))
        for layer in self.layers:
            x = layer(x)
        return self.fc(x.mean((2, 3)))
