import type { EncoderCard } from "../card.ts";

/** The encoder that comes with the app: fixed filters, nothing learned. Its file is written by `write.ts`. */
export const SCATTERING_CARD: EncoderCard = {
  id: "scattering-he-v1",
  name: "Wavelet scattering of H&E",
  dimension: 138,
  input: { sizePx: 256, resizePx: 256, filter: "bilinear", mean: [0, 0, 0], std: [1, 1, 1] },
  pooling: "none",
  precision: "float32",
  patchSizePx: 256,
  magnification: 20,
  summary:
    "Separates hematoxylin, eosin and a residual by optical density, then measures each with a wavelet scattering transform: Morlet wavelets of 4 octaves and 4 directions, orders 0 to 2, mean and spread of every path over the patch, averaged over turns and mirror images, on a logarithmic scale. Fixed filters; it has seen no data and learned nothing.",
  goodFor:
    "Finding like by like within one H&E slide or slides of one laboratory: stroma, muscle, fat, epithelium, lymphoid tissue, background, folds, texture and nuclear density. The same on every machine, small, fast, free of any licence on weights.",
  notGoodFor:
    "Diagnosis, grading, cell types or anything that needs knowledge of pathology; comparing laboratories without stain normalisation; stains other than H&E. A trained encoder is better at all of these.",
  sources: [
    "Ruifrok AC, Johnston DA. Quantification of histochemical staining by color deconvolution. Anal Quant Cytol Histol 2001; 23: 291-299",
    "Mallat S. Group invariant scattering. Comm Pure Appl Math 2012; 65: 1331-1398",
    "Bruna J, Mallat S. Invariant scattering convolution networks. IEEE Trans PAMI 2013; 35: 1872-1886",
    "Andén J, Mallat S. Deep scattering spectrum. IEEE Trans Signal Process 2014; 62: 4114-4128 (the logarithm)",
    "Burt PJ, Adelson EH. The Laplacian pyramid as a compact image code. IEEE Trans Commun 1983; 31: 532-540 (the cascade)",
  ],
  licence: "Apache-2.0",
};
