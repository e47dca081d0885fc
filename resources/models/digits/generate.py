import torch
from diffusers import DDPMPipeline
pipe = DDPMPipeline.from_pretrained(".")
labels = torch.arange(10)
x = torch.randn(len(labels), 1, 28, 28, generator=torch.manual_seed(1))
for t in pipe.scheduler.timesteps:
    with torch.no_grad(): x = pipe.scheduler.step(pipe.unet(x, t, labels).sample, t, x).prev_sample
[i.save(f"{n}.png") for n, i in enumerate(pipe.numpy_to_pil((x.permute(0, 2, 3, 1) / 2 + 0.5).clamp(0, 1).numpy()))]
