"""Makes the reference folders beside this file with diffusers: python make.py

Each holds config.json, weights.safetensors and call.safetensors (x, t, labels and the output).
Weights are random, also where a fresh network would have zeros, and stored in bfloat16 to stay
small; the output is computed from the stored values in double precision.
"""

import json
import pathlib

import torch
from diffusers import UNet2DModel
from safetensors.torch import save_file

A, D, U, B = "AttnDownBlock2D", "DownBlock2D", "UpBlock2D", "AttnUpBlock2D"
base = dict(sample_size=16, norm_num_groups=4, layers_per_block=1)
configs = {
    "plain": dict(block_out_channels=(4, 8, 12), down_block_types=(D, A, A),
                  up_block_types=(B, B, U), attention_head_dim=4),
    "ddpm": dict(block_out_channels=(4, 8), down_block_types=(D, A), up_block_types=(B, U),
                 downsample_padding=0, flip_sin_to_cos=False, freq_shift=1, norm_eps=1e-6,
                 attention_head_dim=None, layers_per_block=2),
    "scale_shift": dict(block_out_channels=(4, 8), down_block_types=(A, D), up_block_types=(U, B),
                        resnet_time_scale_shift="scale_shift", num_class_embeds=5, in_channels=1,
                        out_channels=2, mid_block_scale_factor=1.4142135, act_fn="mish", attention_head_dim=2),
    "fourier_resnet": dict(block_out_channels=(4, 8), down_block_types=(A, D),
                           up_block_types=(U, B), time_embedding_type="fourier",
                           downsample_type="resnet", upsample_type="resnet", attn_norm_num_groups=2,
                           resnet_time_scale_shift="scale_shift", center_input_sample=True,
                           attention_head_dim=4, act_fn="gelu"),
    "learned_bare": dict(block_out_channels=(4, 8), down_block_types=(D, D), up_block_types=(U, U),
                         time_embedding_type="learned", num_train_timesteps=10, add_attention=False,
                         class_embed_type="timestep", time_embedding_dim=20, attention_head_dim=4,
                         act_fn="relu"),
    "middle_none": dict(block_out_channels=(5, 10), norm_num_groups=5, down_block_types=(D, D),
                        up_block_types=(U, U), mid_block_type=None),
}

for name, settings in configs.items():
    torch.manual_seed(1)
    network = UNet2DModel(**(base | settings)).double().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
            parameter.copy_(parameter.bfloat16())
    config = network.config
    x = torch.randn(2, config.in_channels, 16, 8)
    t = torch.tensor([3.0, 7.25] if config.time_embedding_type != "learned" else [3, 7])
    labels = torch.tensor([4, 1])
    classes = config.num_class_embeds or config.class_embed_type
    with torch.no_grad():
        output = network(x.double(), t, labels if classes else None).sample
    folder = pathlib.Path(__file__).parent / name
    folder.mkdir(exist_ok=True)
    keys = {key: value for key, value in config.items() if key != "_use_default_values"}
    (folder / "config.json").write_text(json.dumps(keys, indent=2) + "\n")
    weights = {key: value.bfloat16().contiguous() for key, value in network.state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    save_file(dict(x=x, t=t.float(), labels=labels, output=output.contiguous()), folder / "call.safetensors")
    print(name, sum(p.numel() for p in network.parameters() if p.requires_grad))
