import { expose } from "#bridge/expose";
import { createIoService, type IoService } from "#bytes";

expose(createIoService() satisfies IoService);
